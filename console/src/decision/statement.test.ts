import { describe, expect, it } from "vitest";
import { policyOf, statementText } from "./statement";

const document = '{"version":"2.0","statement":[{"sid":"读","effect":"allow","action":"*","resource":"*"},{"effect":"deny","action":"cam:*","resource":"*"}]}';
const bytes = (text: string) => new TextEncoder().encode(text).length;
const first = '{"sid":"读","effect":"allow","action":"*","resource":"*"}';
const start = bytes('{"version":"2.0","statement":[');

describe("statementText", () => {
  it.each([
    ["a statement is found by its bytes", start, start + bytes(first), { sid: "读", effect: "allow", action: "*", resource: "*" }],
    ["what is behind letters of several bytes too", start + bytes(first) + 1, bytes(document) - 2, { effect: "deny", action: "cam:*", resource: "*" }],
    ["a place that cuts a statement is of another document", start + 3, start + bytes(first), undefined],
    ["a place behind the end too", start, bytes(document) + 1, undefined],
    ["an empty place is none", 3, 3, undefined],
  ] as const)("%s", (_, from, to, want) => {
    const text = statementText(document, from, to);
    expect(text === undefined ? undefined : JSON.parse(text)).toEqual(want);
  });
});

describe("policyOf", () => {
  it("statements make a policy together", () => {
    expect(JSON.parse(policyOf([first, first]))).toEqual({ version: "2.0", statement: [JSON.parse(first), JSON.parse(first)] });
  });
});
