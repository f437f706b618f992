// The language of the console, outside of React too: calls name it, so that sentences of errors come in it.
export type Language = "en-US" | "zh-CN";

const key = "hufu.language";
type Listener = () => void;
const listeners = new Set<Listener>();
let language: Language = initial();

function initial(): Language {
  const kept = read(key);
  if (kept === "en-US" || kept === "zh-CN") return kept;
  for (const wanted of globalThis.navigator?.languages ?? []) {
    if (wanted.toLowerCase().startsWith("zh")) return "zh-CN";
    if (wanted.toLowerCase().startsWith("en")) return "en-US";
  }
  return "en-US";
}

export function currentLanguage(): Language {
  return language;
}

export function setLanguage(next: Language): void {
  language = next;
  write(key, next);
  applyLanguage();
  for (const listener of listeners) listener();
}

/** Says the language to the browser, for spelling, hyphens and screen readers. */
export function applyLanguage(): void {
  document.documentElement.lang = language;
}

export function onLanguage(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Reads what the browser keeps; a browser that keeps nothing is none the worse. */
export function read(name: string): string | null {
  try {
    return globalThis.localStorage?.getItem(name) ?? null;
  } catch {
    return null;
  }
}

export function write(name: string, value: string): void {
  try {
    globalThis.localStorage?.setItem(name, value);
  } catch {
    // A browser that refuses to keep anything: the choice holds until the page is left.
  }
}
