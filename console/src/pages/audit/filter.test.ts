import { describe, expect, it } from "vitest";
import { filterParams, filterQuestion, noFilter, readFilter, recordPath, type Filter } from "./filter";

const now = 1_800_000_000;

describe("filters", () => {
  it.each([
    ["no filter is no address", {}, "", { StartTime: now - 86_400 }],
    ["all time asks for no beginning", { range: "all" }, "range=all", {}],
    ["a range from and to", { range: "custom", from: 10, to: 20 }, "from=10&to=20", { StartTime: 10, EndTime: 20 }],
    ["what is typed", { action: "cam:*", ip: "10.0.0.1" }, "action=cam%3A*&ip=10.0.0.1", { StartTime: now - 86_400, Action: "cam:*", Ip: "10.0.0.1" }],
    ["what is chosen", { outcome: "denied", callerType: "role" }, "outcome=denied&callerType=role", { StartTime: now - 86_400, Outcome: "denied", CallerType: "role" }],
  ] as const)("%s", (_, part, address, question) => {
    const filter: Filter = { ...noFilter, ...part };
    expect(filterParams(filter).toString()).toBe(address);
    expect(readFilter(new URLSearchParams(address))).toEqual(filter);
    expect(filterQuestion(filter, now)).toEqual(question);
  });

  it.each([
    ["an outcome that is none", "outcome=maybe"],
    ["a range that is none", "range=constructor"],
    ["a time that is none", "from=yesterday&to=1e3"],
  ])("passes over %s", (_, address) => {
    expect(readFilter(new URLSearchParams(address))).toEqual(noFilter);
  });
});

describe("recordPath", () => {
  it("takes ids of one decision among several", () => {
    expect(recordPath({ RequestId: "a/1", Time: 1500 })).toBe("/audit/a%2F1?time=1");
  });
});
