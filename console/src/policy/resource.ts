// Six-segment names as statements write them: qcs:project:service:region:account:path.

export interface ResourceName {
  project: string;
  service: string;
  region: string;
  account: string;
  path: string;
}

/** What is wrong with a name, in the order in which the server looks. */
export type ResourceProblem = "segments" | "prefix" | "project" | "service" | "region" | "account" | "path" | "variable";

export type ReadResource = { ok: true; any: true } | { ok: true; any: false; name: ResourceName } | { ok: false; problem: ResourceProblem };

/** The variables that a decision fills in. */
export const variables = ["uin", "owner_uin", "app_id", "qcs:principal_tag_key", "qcs:principal_tag_value"] as const;

const accountForm = /^(?:|\*|anonymous|anyone|ui[nd]\/(?:\d+|-1|\*|))$/;

/** Reads the resource of a statement. "*" and the empty text are everything. */
export function readResource(text: string): ReadResource {
  if (text === "*" || text === "") return { ok: true, any: true };
  const segments = split(text);
  if (!segments) return { ok: false, problem: "segments" };
  const [prefix, project, service, region, account, path] = segments;
  const problem =
    prefix !== "qcs"
      ? "prefix"
      : !/^(?:|\*|id\/\*|id\/\d+)$/.test(project)
        ? "project"
        : !/^[-a-zA-Z0-9_.*]*$/.test(service)
          ? "service"
          : !/^[-a-zA-Z0-9*]*$/.test(region)
            ? "region"
            : !accountForm.test(account)
              ? "account"
              : wrongPath(path);
  return problem ? { ok: false, problem } : { ok: true, any: false, name: { project, service, region, account, path } };
}

type Segments = [string, string, string, string, string, string];

function split(text: string): Segments | undefined {
  const parts = text.split(":");
  if (parts.length < 6) return undefined;
  return [...parts.slice(0, 5), parts.slice(5).join(":")] as Segments;
}

function wrongPath(path: string): ResourceProblem | undefined {
  if (path === "" || /[\u0000-\u001f\u007f-\u009f]/.test(path)) return "path";
  let rest = path;
  for (let at = rest.indexOf("${"); at >= 0; at = rest.indexOf("${")) {
    const end = rest.indexOf("}", at);
    if (end < 0 || !variables.some((name) => name === rest.slice(at + 2, end))) return "variable";
    rest = rest.slice(end + 1);
  }
  return undefined;
}

/** The blanks of a template, such as region, owner and instanceId of qcs::cvm:${region}:uin/${owner}:instance/${instanceId}. */
export function blanks(template: string): string[] {
  return [...new Set([...template.matchAll(/\$\{([^}]*)\}/g)].map((found) => found[1] ?? ""))];
}

/** The words with which a template leaves the account to be that of whoever asks. */
const ownAccount = /^ui[nd]\/\$\{(?:owner|appid|ownerUin|uin)\}$/i;

/**
 * Fills the blanks of a template. What is left out: the region becomes every region, the account that of whoever asks, and
 * every other blank any value.
 */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const segments = split(template);
  if (!segments) return template;
  const [prefix, project, service, region, account, path] = segments;
  const put = (segment: string, missing: string) =>
    segment.replace(/\$\{([^}]*)\}/g, (_, name: string) => values[name]?.trim() || missing);
  const owner = ownAccount.test(account) && !blanks(account).some((name) => values[name]?.trim()) ? "" : put(account, "");
  return [prefix, project, service, put(region, ""), owner, put(path, "*")].join(":");
}

/** What the blanks of a template hold in a name made from it; undefined where the name is of another kind. */
export function match(template: string, text: string): Record<string, string> | undefined {
  const [wanted, given] = [split(template), split(text)];
  if (!wanted || !given || wanted[2].toLowerCase() !== given[2].toLowerCase() || given[1] !== "") return undefined;
  const values: Record<string, string> = {};
  if (!take(wanted[3], given[3], values, true) || !take(wanted[4], given[4], values, true)) return undefined;
  return take(wanted[5], given[5], values, false) ? values : undefined;
}

function take(template: string, text: string, values: Record<string, string>, optional: boolean): boolean {
  if (optional && text === "") return true;
  const names = blanks(template);
  const pattern = template
    .split(/\$\{[^}]*\}/)
    .map((part) => part.replace(/[.*+?^$()|[\]\\{}]/g, "\\$&"))
    .join("([^/]*)");
  // The last blank may hold slashes: object names of storage do.
  const found = new RegExp(`^${pattern.replace(/\(\[\^\/\]\*\)$/, "(.*)")}$`).exec(text);
  if (!found) return false;
  names.forEach((name, i) => {
    const value = found[i + 1] ?? "";
    if (value !== "*") values[name] = value;
  });
  return true;
}
