import { format } from "@/policy/json";

interface Allowed {
  Service: string;
  Actions: readonly string[];
  Resources: readonly string[];
}

interface Unused {
  Service: string;
  Actions: readonly { Name: string }[];
}

/**
 * A policy that allows what somebody may do and did: of each service in which something was not used, what was, a statement
 * for each set of resources. undefined where nothing was used. Conditions are not kept.
 */
export function keepUsed(allowed: readonly Allowed[], unused: readonly Unused[]): string | undefined {
  const gone = new Map(unused.map((service) => [service.Service, new Set(service.Actions.map((action) => action.Name))]));
  const sets = new Map<string, Set<string>>();
  for (const row of allowed) {
    const actions = row.Actions.filter((action) => !gone.get(row.Service)?.has(action));
    if (!gone.has(row.Service) || actions.length === 0) continue;
    const resources = JSON.stringify([...row.Resources].sort());
    const set = sets.get(resources) ?? new Set();
    for (const action of actions) set.add(row.Service === "*" ? action : `${row.Service}:${action}`);
    sets.set(resources, set);
  }
  if (sets.size === 0) return undefined;
  const statement = [...sets].map(([resources, actions]) => ({ effect: "allow", action: [...actions].sort(), resource: JSON.parse(resources) as string[] }));
  return format(JSON.stringify({ version: "2.0", statement }));
}

interface OfPrincipal {
  PrincipalType: string;
  PrincipalId: string;
  Name: string;
  Granted: number;
  Actions: readonly unknown[];
}

export interface Holder<Row> {
  type: string;
  id: string;
  name: string;
  granted: number;
  unused: number;
  services: Row[];
}

/** What was not used, each principal with all its services. */
export function byHolder<Row extends OfPrincipal>(rows: readonly Row[]): Holder<Row>[] {
  const holders = new Map<string, Holder<Row>>();
  for (const row of rows) {
    const key = `${row.PrincipalType} ${row.PrincipalId}`;
    const holder = holders.get(key) ?? { type: row.PrincipalType, id: row.PrincipalId, name: row.Name, granted: 0, unused: 0, services: [] };
    holder.granted += row.Granted;
    holder.unused += row.Actions.length;
    holder.services.push(row);
    holders.set(key, holder);
  }
  return [...holders.values()];
}
