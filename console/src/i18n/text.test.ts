import { describe, expect, it } from "vitest";
import { common } from "./common";
import { say, type Messages } from "./text";

const messages = {
  hello: ["Hello {name}", "你好，{name}"],
  users: ["{count|user|users} of {total}", "{count} / {total} 个用户"],
} satisfies Messages;

describe("say", () => {
  it.each([
    ["a value stands where its name is", "en-US", "hello", { name: "Ada" }, "Hello Ada"],
    ["Chinese is the second of the pair", "zh-CN", "hello", { name: "Ada" }, "你好，Ada"],
    ["one thing is singular", "en-US", "users", { count: 1, total: 2000 }, "1 user of 2,000"],
    ["no thing is plural", "en-US", "users", { count: 0, total: 5 }, "0 users of 5"],
    ["Chinese needs no plural", "zh-CN", "users", { count: 3, total: 5 }, "3 / 5 个用户"],
    ["a value that is missing shows", "en-US", "hello", {}, "Hello {name}"],
    ["a value is not a template", "en-US", "hello", { name: "{count}" }, "Hello {count}"],
  ] as const)("%s", (_, language, key, values, want) => {
    expect(say(messages, language, key, values)).toBe(want);
  });
});

describe("dictionaries", () => {
  const files = import.meta.glob<Record<string, unknown>>(["./common.ts", "../**/messages.ts"], { eager: true });
  for (const [file, exports] of Object.entries(files)) {
    for (const [name, dictionary] of Object.entries(exports)) {
      it(`${file} ${name}: both languages name the same values`, () => {
        for (const [key, [english, chinese]] of Object.entries(dictionary as Messages)) {
          expect(names(chinese), key).toEqual(names(english));
          expect(english, key).not.toBe("");
          expect(chinese, key).not.toBe("");
        }
      });
    }
  }

  function names(template: string): string[] {
    return [...new Set([...template.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? ""))].sort();
  }

  it("has the terms of the console", () => {
    expect(common.subUser[1]).toBe("子用户");
  });
});
