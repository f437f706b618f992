import { useSyncExternalStore } from "react";
import { read, write } from "@/i18n/language";

export type Theme = "light" | "dark" | "system";

const key = "hufu.theme";
const dark = typeof matchMedia === "undefined" ? undefined : matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let theme: Theme = kept();

function kept(): Theme {
  const value = read(key);
  return value === "light" || value === "dark" ? value : "system";
}

/** Tells the page its theme, now and when the system's changes. */
export function startTheme(): void {
  apply();
  dark?.addEventListener("change", apply);
}

function apply(): void {
  document.documentElement.setAttribute("theme-mode", shownTheme());
  for (const listener of listeners) listener();
}

/** The theme that is shown, the system's resolved. */
export function shownTheme(): "light" | "dark" {
  if (theme !== "system") return theme;
  return dark?.matches ? "dark" : "light";
}

export function useTheme(): [Theme, (next: Theme) => void] {
  const now = useSyncExternalStore(subscribe, () => theme);
  return [
    now,
    (next) => {
      theme = next;
      write(key, next);
      apply();
    },
  ];
}

/** The theme that is shown, for what is not drawn by style sheets alone. */
export function useShownTheme(): "light" | "dark" {
  return useSyncExternalStore(subscribe, shownTheme);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
