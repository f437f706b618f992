import { describe, expect, it } from "vitest";
import { byHolder, keepUsed } from "./keep";

const allowed = [
  { Service: "cam", Actions: ["GetUser", "ListUsers"], Resources: ["*"] },
  { Service: "cam", Actions: ["GetRole"], Resources: ["qcs::cam::uin/1:role/a", "*"] },
  { Service: "cvm", Actions: ["Start"], Resources: ["*"] },
  { Service: "*", Actions: ["*"], Resources: ["*"] },
];

const of = (Service: string, ...names: string[]) => ({ Service, Actions: names.map((Name) => ({ Name })) });

describe("keepUsed", () => {
  it.each([
    [
      "keeps what was used, by its resources",
      [of("cam", "ListUsers")],
      [
        { effect: "allow", action: ["cam:GetUser"], resource: ["*"] },
        { effect: "allow", action: ["cam:GetRole"], resource: ["*", "qcs::cam::uin/1:role/a"] },
      ],
    ],
    ["leaves a statement out that would be empty", [of("cam", "GetRole", "GetUser"), of("*", "*")], [{ effect: "allow", action: ["cam:ListUsers"], resource: ["*"] }]],
    ["is nothing where nothing was used", [of("cam", "GetRole", "GetUser", "ListUsers"), of("cvm", "Start")], undefined],
  ])("%s", (_, unused, want) => {
    const kept = keepUsed(allowed, unused);
    expect(kept === undefined ? undefined : JSON.parse(kept).statement).toEqual(want);
  });
});

describe("byHolder", () => {
  it("puts the services of a principal together", () => {
    const row = (PrincipalId: string, Granted: number, unused: number) => ({ PrincipalType: "user", PrincipalId, Name: "n", Granted, Actions: Array(unused).fill(0) });
    expect(byHolder([row("1", 5, 2), row("2", 1, 1), row("1", 3, 3)]).map(({ id, granted, unused, services }) => [id, granted, unused, services.length])).toEqual([
      ["1", 8, 5, 2],
      ["2", 1, 1, 1],
    ]);
  });
});
