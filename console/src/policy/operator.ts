// Operators of conditions: [for_any_value:|for_all_value:]base[_if_exist].

export type Qualifier = "" | "for_any_value:" | "for_all_value:";

/** What a key holds; it says which operators make sense. */
export type KeyType = "string" | "number" | "date" | "bool" | "ip";

export interface Operator {
  qualifier: Qualifier;
  base: Base;
  ifExist: boolean;
}

/** The operators without their prefix and suffix, in the order in which they are offered. */
export const bases = [
  "string_equal",
  "string_not_equal",
  "string_equal_ignore_case",
  "string_not_equal_ignore_case",
  "string_like",
  "string_not_like",
  "numeric_equal",
  "numeric_not_equal",
  "numeric_less_than",
  "numeric_less_than_equal",
  "numeric_greater_than",
  "numeric_greater_than_equal",
  "date_equal",
  "date_not_equal",
  "date_less_than",
  "date_less_than_equal",
  "date_greater_than",
  "date_greater_than_equal",
  "bool_equal",
  "binary_equal",
  "ip_equal",
  "ip_not_equal",
  "null_equal",
] as const;

export type Base = (typeof bases)[number];

const families: Record<KeyType, string> = { string: "string_", number: "numeric_", date: "date_", bool: "bool_", ip: "ip_" };

/** The operators for keys of a type; of a key whose type is not known, all. */
export function basesFor(type: KeyType | undefined): readonly Base[] {
  if (!type) return bases;
  return bases.filter((base) => base.startsWith(families[type]) || base === "null_equal" || (type === "string" && base === "binary_equal"));
}

/** The operator that a new condition on such a key begins with. */
export function usualOperator(type: KeyType | undefined): string {
  return basesFor(type)[0] ?? "string_equal";
}

/** What the values of an operator are; null_equal asks whether the key is absent, so its values are "true" and "false". */
export function valueType(base: Base): KeyType {
  if (base.startsWith("numeric_")) return "number";
  if (base.startsWith("date_")) return "date";
  if (base === "bool_equal" || base === "null_equal") return "bool";
  return base.startsWith("ip_") ? "ip" : "string";
}

/** Reads the name of an operator; undefined where there is none of that name. */
export function parseOperator(name: string): Operator | undefined {
  const qualifier: Qualifier = name.startsWith("for_any_value:") ? "for_any_value:" : name.startsWith("for_all_value:") ? "for_all_value:" : "";
  let rest = name.slice(qualifier.length);
  const ifExist = rest.endsWith("_if_exist");
  if (ifExist) rest = rest.slice(0, -"_if_exist".length);
  const base = bases.find((known) => known === rest);
  if (!base || (base === "null_equal" && ifExist)) return undefined;
  return { qualifier, base, ifExist };
}

export function printOperator(operator: Operator): string {
  return operator.qualifier + operator.base + (operator.ifExist && operator.base !== "null_equal" ? "_if_exist" : "");
}

/** Whether a value could be refused; what passes here may still be, and then the linter says so. */
export function fitsValue(base: Base, value: string): boolean {
  if (value.includes("${")) return true; // filled in when a decision is made
  switch (valueType(base)) {
    case "number":
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value);
    case "date":
      return /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(value);
    case "bool":
      return /^(?:true|false)$/i.test(value);
    case "ip":
      return /^(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?$/.test(value) || (/^[0-9a-fA-F:.]+(?:\/\d{1,3})?$/.test(value) && value.includes(":"));
    case "string":
      return true;
  }
}
