import { describe, expect, it } from "vitest";
import { checkPassword, type PasswordRules } from "./rules";

function broken(password: string, rules: PasswordRules | undefined): string[] {
  return checkPassword(password, rules)
    .filter((rule) => !rule.kept)
    .map((rule) => rule.name);
}

describe("checkPassword", () => {
  it.each<[string, string, PasswordRules | undefined, string[]]>([
    ["where the rules are not known only the length is checked", "abcdefgh", undefined, []],
    ["without a choice all four classes and eight characters are needed", "abc", {}, ["ruleLength", "ruleUpper", "ruleDigit", "ruleSpecial"]],
    ["a password of all classes keeps them", "Abcdef1!", {}, []],
    ["a length of 0 means 8", "Abcde1!", { MinimumLength: 0 }, ["ruleLength"]],
    ["classes that are not needed are not checked", "abcdefgh", { MustContain: "a" }, []],
    ["spaces are refused", "Abcdef1! ", {}, ["ruleLength"]],
    ["32 characters are the most", "Aa1!".repeat(8) + "x", {}, ["ruleLength"]],
  ])("%s", (_, password, rules, want) => {
    expect(broken(password, rules)).toEqual(want);
  });
});
