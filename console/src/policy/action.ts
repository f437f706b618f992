// Actions as statements name them: *, service:Name with stars anywhere, name/service:Name, and the feature sets permid/n.

export interface ActionPattern {
  service: string; // lower case, perhaps with stars; empty for a feature set
  name: string;
}

const serviceForm = /^[-a-zA-Z0-9_.*]+$/;
const nameForm = /^[-a-zA-Z0-9_.*/:]+$/;

/** Reads an action; undefined where the server would refuse its form. */
export function parseAction(text: string): ActionPattern | undefined {
  const plain = text.startsWith("name/") ? text.slice("name/".length) : text;
  if (plain === "*") return { service: "*", name: "*" };
  const colon = plain.indexOf(":");
  if (colon < 0) {
    const feature = /^(?:permit|permid\/|actionName\/)/.test(plain) && /\/./.test(plain) && nameForm.test(plain);
    return feature ? { service: "", name: plain } : undefined;
  }
  const [service, name] = [plain.slice(0, colon), plain.slice(colon + 1)];
  if (!serviceForm.test(service) || !nameForm.test(name)) return undefined;
  return { service: service.toLowerCase(), name };
}

/** Whether a pattern with stars covers all of a text. Every other character is itself. */
export function covers(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const [first = "", last = ""] = [parts[0], parts[parts.length - 1]];
  if (parts.length === 1) return pattern === text;
  if (!text.startsWith(first)) return false;
  let rest = text.slice(first.length);
  if (!rest.endsWith(last)) return false;
  rest = rest.slice(0, rest.length - last.length);
  // The first place where each part fits leaves the most room for those behind it.
  for (const part of parts.slice(1, -1)) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}

/** Whether an action of a list covers service:name. */
export function coversAction(actions: readonly string[], service: string, name: string): boolean {
  return actions.some((text) => {
    const pattern = parseAction(text);
    return pattern !== undefined && covers(pattern.service, service.toLowerCase()) && covers(pattern.name, name);
  });
}

/** The one service that all of these actions are about: "*" where there are several or all, "" where there is no action. */
export function serviceOf(actions: readonly string[]): string {
  const services = new Set(actions.map((action) => parseAction(action)?.service ?? "*"));
  if (services.size === 0) return "";
  const [only = "*"] = services;
  return services.size > 1 || only === "" || only.includes("*") ? "*" : only;
}
