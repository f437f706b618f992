import { expect, test } from "vitest";
import { checkPassword } from "../sign-in/rules";
import { generatePassword } from "./generate";

test.each([{}, { MinimumLength: 0 }, { MinimumLength: 32, MustContain: "Aa0!" }])("a generated password keeps the rules %j", (rules) => {
  for (let time = 0; time < 200; time += 1) {
    const password = generatePassword(rules);
    expect(checkPassword(password, { MustContain: "Aa0!", ...rules }).filter((rule) => !rule.kept)).toEqual([]);
  }
});

test("generated passwords differ", () => {
  expect(new Set(Array.from({ length: 100 }, () => generatePassword({}))).size).toBe(100);
});
