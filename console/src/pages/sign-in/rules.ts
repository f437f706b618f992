// The rules of a password as far as the browser can check them while one types. hufu checks all of them again.

/** PassWordRule of cam, as far as it speaks of characters. */
export interface PasswordRules {
  MinimumLength?: number;
  MustContain?: string;
}

export type RuleName = "ruleLength" | "ruleUpper" | "ruleLower" | "ruleDigit" | "ruleSpecial";

export const longest = 32;

const classes: readonly (readonly [letter: string, name: RuleName, pattern: RegExp])[] = [
  ["A", "ruleUpper", /[A-Z]/],
  ["a", "ruleLower", /[a-z]/],
  ["0", "ruleDigit", /[0-9]/],
  ["!", "ruleSpecial", /[^A-Za-z0-9\s]/],
];

export function shortest(rules: PasswordRules | undefined): number {
  return Math.max(8, rules?.MinimumLength ?? 0);
}

/** Each rule, and whether the password keeps it. Of rules that are not known, only what holds in every account. */
export function checkPassword(password: string, rules: PasswordRules | undefined): { name: RuleName; kept: boolean }[] {
  const needed = rules ? rules.MustContain || "Aa0!" : "";
  const length = password.length >= shortest(rules) && password.length <= longest && !/\s/.test(password);
  return [
    { name: "ruleLength", kept: length },
    ...classes.filter(([letter]) => needed.includes(letter)).map(([, name, pattern]) => ({ name, kept: pattern.test(password) })),
  ];
}
