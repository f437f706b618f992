import { useCallback, useSyncExternalStore } from "react";
import { currentLanguage, onLanguage, type Language } from "./language";

/** Sentences of one area: English and Chinese side by side. {name} stands for a value, {count|user|users} for a number of things. */
export type Messages = Record<string, readonly [english: string, chinese: string]>;

export type Values = Record<string, string | number>;

export type Text<M extends Messages> = (key: keyof M, values?: Values) => string;

/** The sentences of messages in the language of the console; the component is drawn again when that changes. */
export function useText<M extends Messages>(messages: M): Text<M> {
  const language = useLanguage();
  return useCallback((key: keyof M, values?: Values) => say(messages, language, key, values), [messages, language]);
}

export function useLanguage(): Language {
  return useSyncExternalStore(onLanguage, currentLanguage, currentLanguage);
}

export function say<M extends Messages>(messages: M, language: Language, key: keyof M, values: Values = {}): string {
  const pair = messages[key];
  if (!pair) return String(key);
  const template = language === "zh-CN" ? pair[1] : pair[0];
  return template.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    const shown = typeof value === "number" ? value.toLocaleString(language) : value;
    return one === undefined ? shown : `${shown} ${value === 1 ? one : many}`;
  });
}
