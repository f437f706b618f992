import { describe, expect, it } from "vitest";
import { contextOf, noQuestion, questionOf, questionParams, readQuestion, type Question } from "./question";

describe("questions in addresses", () => {
  it.each([
    ["nothing", {}, ""],
    ["a user", { id: "100000000001", action: "cam:GetUser" }, "type=user&id=100000000001&action=cam%3AGetUser"],
    ["the root account", { type: "root" }, "type=root"],
    ["a tag whose key has a =", { tags: [["a=b", "c=d"]] }, "tag=a%253Db%3Dc%3Dd"],
    ["several values of a key", { context: [["qcs:request_tag", "a&b"], ["qcs:request_tag", "c&d"]] }, "context=qcs%253Arequest_tag%3Da%26b&context=qcs%253Arequest_tag%3Dc%26d"],
  ] as const)("%s", (_, part, address) => {
    const question: Question = { ...noQuestion, ...part };
    expect(questionParams(question).toString()).toBe(address);
    expect(readQuestion(new URLSearchParams(address))).toEqual(question);
  });

  it.each([
    ["a pair without key", "tag==v&context=v"],
    ["a key that is not encoded well", "tag=%25=v"],
    ["a type that is none", "type=service"],
  ])("passes over %s", (_, address) => {
    expect(readQuestion(new URLSearchParams(address))).toEqual(noQuestion);
  });
});

describe("contextOf", () => {
  it("gives the values of a key together", () => {
    expect(contextOf([["a", "1"], ["b", "2"], ["a", "3"], ["", "4"]])).toEqual([
      { Key: "a", Values: ["1", "3"] },
      { Key: "b", Values: ["2"] },
    ]);
  });
});

describe("questionOf", () => {
  const call = { Action: "cam:GetUser", Resources: ["qcs::cam::uin/1:uin/2", "*"], CallerType: "user", CallerId: "3", Ip: "10.0.0.1" };
  const about = JSON.stringify({ subject: { type: "role", id: "4" }, action: { name: "cvm:Start" } });
  const around = JSON.stringify({
    subject: { type: "user", id: "5" },
    action: { name: "cvm:Start" },
    resource: { properties: { tags: { env: "prod" } } },
    context: { "qcs:ip": "10.0.0.1", "qcs:mfa": true, "qcs:request_tag": ["a&b", "c&d"], odd: { deep: 1 } },
  });
  it.each([
    ["a call is about its caller", call, "{}", { ...noQuestion, id: "3", action: "cam:GetUser", resource: "qcs::cam::uin/1:uin/2", context: [["qcs:ip", "10.0.0.1"]] }],
    ["a call without object has no resource", { ...call, Resources: ["*"], Ip: "" }, "{}", { ...noQuestion, id: "3", action: "cam:GetUser" }],
    ["a service's question is about its subject", { ...call, Action: "hufu:Evaluate" }, about, { ...noQuestion, type: "role", id: "4", action: "cvm:Start", resource: "qcs::cam::uin/1:uin/2" }],
    [
      "and brings what it said of the request",
      { ...call, Action: "hufu:Evaluate", Resources: [] },
      around,
      {
        ...noQuestion,
        id: "5",
        action: "cvm:Start",
        tags: [["env", "prod"]],
        context: [["qcs:ip", "10.0.0.1"], ["qcs:mfa", "true"], ["qcs:request_tag", "a&b"], ["qcs:request_tag", "c&d"]],
      },
    ],
    ["of several questions none is meant", { ...call, Action: "hufu:Evaluate" }, '{"evaluations":[]}', undefined],
    ["parameters that cannot be read", { ...call, Action: "hufu:Evaluate" }, "{", undefined],
    ["an operator is no principal", { ...call, CallerType: "operator" }, "{}", undefined],
  ] as const)("%s", (_, recorded, parameters, want) => {
    expect(questionOf(recorded, parameters)).toEqual(want);
  });
});
