export { currentLanguage, setLanguage } from "./language";
export type { Language } from "./language";
export { say, useLanguage, useText } from "./text";
export type { Messages, Text, Values } from "./text";
export { common } from "./common";
