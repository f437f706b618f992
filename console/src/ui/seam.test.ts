import { describe, expect, it } from "vitest";

// Pages are made of src/ui alone, so that the set of components below it can change in one place.
const sources = import.meta.glob<string>(["../pages/**/*.{ts,tsx}", "../app/**/*.{ts,tsx}", "./**/*.{ts,tsx}"], { eager: true, query: "?raw", import: "default" });

// The frame alone tells TDesign the language.
const frame = new Set(["../app/app.tsx"]);

describe("imports", () => {
  const pages = Object.entries(sources).filter(([file]) => !file.startsWith("./"));

  it("finds pages", () => expect(pages.length).toBeGreaterThan(0));

  it.each(pages)("%s takes components from src/ui", (file, source) => {
    if (frame.has(file)) return;
    expect(source).not.toMatch(/from ["']tdesign/);
  });

  it.each(Object.entries(sources))("%s takes single components, not the whole set", (_, source) => {
    expect(source).not.toMatch(/from ["']tdesign-react["']/);
  });

  it.each(Object.entries(sources))("%s writes no HTML by itself", (_, source) => {
    expect(source).not.toMatch(/dangerouslySetInnerHTML\s*=|\.innerHTML\s*=/);
  });
});
