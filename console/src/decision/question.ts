/** A question about a principal, as addresses of the Access Analyzer hold it. Empty text leaves a part out. */
export interface Question {
  type: PrincipalType;
  /** uin, id of a role, or SecretId. */
  id: string;
  action: string;
  resource: string;
  tags: readonly Pair[];
  context: readonly Pair[];
}

export type PrincipalType = "user" | "role" | "root" | "key";
export type Pair = readonly [key: string, value: string];

export const principalTypes: readonly PrincipalType[] = ["user", "role", "root", "key"];
export const noQuestion: Question = { type: "user", id: "", action: "", resource: "", tags: [], context: [] };

/** The question that an address holds. What is no question in it is passed over. */
export function readQuestion(params: URLSearchParams): Question {
  return {
    type: principalTypes.find((known) => known === params.get("type")) ?? "user",
    id: params.get("id") ?? "",
    action: params.get("action") ?? "",
    resource: params.get("resource") ?? "",
    tags: pairs(params.getAll("tag")),
    context: pairs(params.getAll("context")),
  };
}

// The first = separates: keys are written with theirs encoded.
function pairs(texts: readonly string[]): Pair[] {
  return texts.flatMap((text): Pair[] => {
    const at = text.indexOf("=");
    if (at <= 0) return [];
    try {
      return [[decodeURIComponent(text.slice(0, at)), text.slice(at + 1)]];
    } catch {
      return [];
    }
  });
}

export function questionParams(question: Question): URLSearchParams {
  const params = new URLSearchParams();
  if (question.id || question.type !== "user") params.set("type", question.type);
  if (question.id) params.set("id", question.id);
  if (question.action) params.set("action", question.action);
  if (question.resource) params.set("resource", question.resource);
  for (const [key, value] of question.tags) params.append("tag", `${encodeURIComponent(key)}=${value}`);
  for (const [key, value] of question.context) params.append("context", `${encodeURIComponent(key)}=${value}`);
  return params;
}

/** What a request has for condition keys, as hufu is asked: the values of a key together. */
export function contextOf(pairs: readonly Pair[]): { Key: string; Values: string[] }[] {
  const values = new Map<string, string[]>();
  for (const [key, value] of pairs) if (key) values.set(key, [...(values.get(key) ?? []), value]);
  return [...values].map(([Key, Values]) => ({ Key, Values }));
}

interface RecordedCall {
  Action: string;
  Resources: readonly string[];
  CallerType: string;
  CallerId: string;
  Ip: string;
}

/** The question that a recorded call was decided on, to be asked again; undefined where it was none about a principal. */
export function questionOf(call: RecordedCall, parameters: string): Question | undefined {
  const asked = call.Action === "hufu:Evaluate" ? evaluated(parameters) : askedBy(call);
  const type = principalTypes.find((known) => known === asked?.type);
  if (!asked || !type || !asked.id || !asked.action) return undefined;
  const [resource = ""] = call.Resources;
  return { ...noQuestion, ...asked, type, resource: resource === "*" ? "" : resource };
}

function askedBy({ CallerType: type, CallerId: id, Action: action, Ip: ip }: RecordedCall) {
  return { type, id, action, context: ip ? [["qcs:ip", ip] as const] : [] };
}

// What a service asked about somebody: the subject is whom it was about, not the service that called.
function evaluated(parameters: string): Omit<Question, "type" | "resource"> & { type: string } | undefined {
  try {
    const { subject, action, resource, context } = JSON.parse(parameters) as Evaluation;
    return {
      type: String(subject?.type ?? ""),
      id: String(subject?.id ?? ""),
      action: String(action?.name ?? ""),
      tags: members(resource?.properties?.tags),
      context: members(context),
    };
  } catch {
    return undefined;
  }
}

interface Evaluation {
  subject?: { type?: unknown; id?: unknown };
  action?: { name?: unknown };
  resource?: { properties?: { tags?: unknown } };
  context?: unknown;
}

// The members of an object as pairs: each element of a list is one, and what is neither text, number nor truth value is none.
function members(value: unknown): Pair[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, held]) =>
    [held].flat().flatMap((one): Pair[] => (["string", "number", "boolean"].includes(typeof one) ? [[key, String(one)]] : [])),
  );
}

/** Where a question is explained. */
export function questionPath(question: Question): string {
  return `/analyzer?${questionParams(question)}`;
}
