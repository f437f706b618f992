import type { In } from "@/api";

type Question = In<"hufu", "ListAuditRecords">;

/** Ranges of time that end now, in seconds; 0 for all that there is. */
export const ranges = { "15m": 900, "1h": 3600, "1d": 86_400, "7d": 604_800, "30d": 2_592_000, all: 0 } as const;
export type Range = keyof typeof ranges | "custom";

export const outcomes = ["ok", "denied", "failed"] as const;
export const callerTypes = ["root", "user", "role", "application", "operator", "anonymous"] as const;

/** Which calls are wanted. Empty text asks for all. */
export interface Filter {
  range: Range;
  /** Unix seconds; of the range "custom" only. */
  from: number | undefined;
  to: number | undefined;
  action: string;
  outcome: (typeof outcomes)[number] | "";
  callerType: (typeof callerTypes)[number] | "";
  caller: string;
  ip: string;
  resource: string;
  key: string;
}

export const noFilter: Filter = { range: "1d", from: undefined, to: undefined, action: "", outcome: "", callerType: "", caller: "", ip: "", resource: "", key: "" };

const texts = ["action", "caller", "ip", "resource", "key"] as const;

/** The filter that an address holds. What is no filter in it is passed over. */
export function readFilter(params: URLSearchParams): Filter {
  const filter: Filter = { ...noFilter };
  for (const name of texts) filter[name] = params.get(name) ?? "";
  filter.outcome = outcomes.find((known) => known === params.get("outcome")) ?? "";
  filter.callerType = callerTypes.find((known) => known === params.get("callerType")) ?? "";
  filter.from = seconds(params.get("from"));
  filter.to = seconds(params.get("to"));
  const range = params.get("range") ?? "";
  if (filter.from !== undefined || filter.to !== undefined) filter.range = "custom";
  else if (Object.hasOwn(ranges, range)) filter.range = range as keyof typeof ranges;
  return filter;
}

function seconds(text: string | null): number | undefined {
  return text !== null && /^\d{1,11}$/.test(text) ? Number(text) : undefined;
}

/** The address of a filter: what differs from no filter. */
export function filterParams(filter: Filter): URLSearchParams {
  const params = new URLSearchParams();
  if (filter.range === "custom") {
    if (filter.from !== undefined) params.set("from", String(filter.from));
    if (filter.to !== undefined) params.set("to", String(filter.to));
  } else if (filter.range !== noFilter.range) params.set("range", filter.range);
  for (const name of [...texts, "outcome", "callerType"] as const) {
    const value = filter[name].trim();
    if (value) params.set(name, value);
  }
  return params;
}

/** The filter as hufu is asked. now is in Unix seconds. */
export function filterQuestion(filter: Filter, now: number): Question {
  const question: Question = {};
  if (filter.range === "custom") {
    if (filter.from !== undefined) question.StartTime = filter.from;
    if (filter.to !== undefined) question.EndTime = filter.to;
  } else if (ranges[filter.range] > 0) question.StartTime = now - ranges[filter.range];
  if (filter.action) question.Action = filter.action;
  if (filter.outcome) question.Outcome = filter.outcome;
  if (filter.callerType) question.CallerType = filter.callerType;
  if (filter.caller) question.CallerId = filter.caller;
  if (filter.ip) question.Ip = filter.ip;
  if (filter.resource) question.Resource = filter.resource;
  if (filter.key) question.SecretId = filter.key;
  return question;
}

/** Where a recorded call is explained. The time helps to find it. */
export function recordPath({ RequestId, Time }: { RequestId: string; Time: number }): string {
  return `/audit/${encodeURIComponent(RequestId)}?time=${Math.floor(Time / 1000)}`;
}
