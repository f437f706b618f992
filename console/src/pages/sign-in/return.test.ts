import { describe, expect, it } from "vitest";
import { returnPath } from "./return";

describe("returnPath", () => {
  it.each<[string, string | null, string]>([
    ["a path of the console stays", "/users/100000000001?tab=keys", "/users/100000000001?tab=keys"],
    ["nothing is the first page", null, "/"],
    ["another site is refused", "https://evil.example/", "/"],
    ["another site without a scheme is refused", "//evil.example/", "/"],
    ["another site behind a backslash is refused", "/\\evil.example/", "/"],
    ["another site behind dots is refused", "/..//evil.example/", "/"],
    ["a script is refused", "javascript:alert(1)", "/"],
    ["the sign-in page does not lead to itself", "/sign-in?return=/users", "/"],
    ["a tab in the middle is refused", "/\t/evil.example", "/"],
  ])("%s", (_, wanted, want) => {
    expect(returnPath(wanted)).toBe(want);
  });
});
