// What can be written at a place of a document that is being typed, and so need not be JSON yet.
import type { Language } from "@/i18n/language";
import { parseAction } from "./action";
import { keysFor, titled, type Catalogue } from "./catalogue";
import type { DocumentKind } from "./document";
import { bases } from "./operator";
import { fill } from "./resource";

/** A place: in which member of what, whether a name or a value is written there, and what is written of it so far. */
export interface Place {
  /** Names of the members around; lists do not count. */
  path: string[];
  role: "name" | "value";
  /** Whether the quotes are there already. */
  quoted: boolean;
  from: number;
  typed: string;
  /** Where the innermost object around it begins that is no condition or principal: the statement, if it is in one. */
  statementFrom: number;
}

export interface Option {
  label: string;
  /** What is inserted, with quotes where they lack. */
  apply: string;
  detail: string;
  kind: "keyword" | "product" | "action" | "resource" | "key" | "operator";
}

interface Frame {
  object: boolean;
  from: number;
  name: string; // the member that is being read
  role: "name" | "value";
}

/** Finds out what belongs at an offset; undefined where nothing can be said, as behind a value. */
export function placeAt(text: string, offset: number): Place | undefined {
  const stack: Frame[] = [];
  let pending = ""; // a string that was just read: a name, if a colon follows
  let settled = false; // whether a value was just read, so that a comma is due
  for (let at = 0; at < offset; at++) {
    const top = stack[stack.length - 1];
    switch (text[at]) {
      case '"': {
        const end = stringEnd(text, at, offset);
        if (end < 0) return settled ? undefined : placed(stack, text.slice(at + 1, offset), at + 1, true);
        pending = text.slice(at + 1, end);
        settled = true;
        at = end;
        break;
      }
      case "{":
      case "[":
        stack.push({ object: text[at] === "{", from: at, name: "", role: text[at] === "{" ? "name" : "value" });
        settled = false;
        break;
      case "}":
      case "]":
        stack.pop();
        settled = true;
        break;
      case ":":
        if (top?.object) Object.assign(top, { name: pending, role: "value" });
        settled = false;
        break;
      case ",":
        if (top?.object) Object.assign(top, { name: "", role: "name" });
        settled = false;
        break;
    }
  }
  const typed = /[^\s"{}[\],:]*$/.exec(text.slice(0, offset))?.[0] ?? "";
  return settled ? undefined : placed(stack, typed, offset - typed.length, false);
}

/** The closing quote of the string that begins at `at`, if it stands before `limit`; else -1. */
function stringEnd(text: string, at: number, limit: number): number {
  for (let end = at + 1; end < limit; end++) {
    if (text[end] === "\\") end++;
    else if (text[end] === '"') return end;
    else if (text[end] === "\n") return -1;
  }
  return -1;
}

function placed(stack: readonly Frame[], typed: string, from: number, quoted: boolean): Place | undefined {
  const top = stack[stack.length - 1];
  if (!top) return undefined;
  const path = stack.filter((frame) => frame.object && frame.name !== "").map((frame) => frame.name);
  const role = top.object ? top.role : "value";
  const objects = stack.filter((frame) => frame.object);
  return { path, role, quoted, typed, from, statementFrom: objects[1]?.from ?? 0 };
}

/** The services that the actions of a statement name, given any place before its actions. */
export function servicesFrom(text: string, from: number): string[] {
  const found = /"action"\s*:\s*("(?:[^"\\\n]|\\.)*"|\[[^\]]*)/i.exec(text.slice(from));
  const services = new Set<string>();
  for (const [, action = ""] of found?.[1]?.matchAll(/"([^"\\\n]*)"/g) ?? []) {
    const service = parseAction(action)?.service;
    if (service && !service.includes("*")) services.add(service);
  }
  return [...services];
}

/** The products that must be known before complete can say all it could. */
export function servicesNeeded(text: string, offset: number): string[] {
  const place = placeAt(text, offset);
  if (!place) return [];
  const typed = /^(?:name\/)?([-\w.]+):/.exec(place.typed)?.[1];
  return typed ? [typed.toLowerCase()] : servicesFrom(text, place.statementFrom);
}

/** What can be written at an offset. */
export function complete(text: string, offset: number, catalogue: Catalogue, kind: DocumentKind, language: Language): { place: Place; options: Option[] } | undefined {
  const place = placeAt(text, offset);
  if (!place) return undefined;
  const names = place.path.map((name) => name.toLowerCase());
  const at = names.indexOf("statement");
  const inside = at < 0 ? [] : names.slice(at + 1);
  const services = servicesFrom(text, place.statementFrom);
  let options: Option[] = [];
  if (place.role === "name") options = nameOptions(names, inside, at >= 0, kind, catalogue, services, language);
  else if (names[names.length - 1] === "version" && at < 0) options = [keyword("2.0")];
  else if (inside[0] === "effect") options = [keyword("allow"), keyword("deny")];
  else if (inside[0] === "action") options = actionOptions(place.typed, catalogue, language);
  else if (inside[0] === "resource") options = resourceOptions(catalogue, services, language);
  if (!place.quoted) options = options.map((option) => ({ ...option, apply: JSON.stringify(option.apply) + (place.role === "name" ? ": " : "") }));
  return { place, options };
}

function nameOptions(
  names: readonly string[],
  inside: readonly string[],
  statement: boolean,
  kind: DocumentKind,
  catalogue: Catalogue,
  services: readonly string[],
  language: Language,
): Option[] {
  if (names.length === 0) return ["version", "statement"].map(keyword);
  if (!statement) return [];
  if (inside.length === 0) return ["effect", "action", kind === "trust" ? "principal" : "resource", "condition", "sid"].map(keyword);
  if (inside[0] === "principal") return ["qcs", "service", "federated"].map(keyword);
  if (inside[0] !== "condition") return [];
  if (inside.length === 1) return bases.map((base) => ({ label: base, apply: base, detail: "", kind: "operator" }));
  return keysFor(catalogue, services, kind === "trust").map((key) => ({ label: key.Key, apply: key.Key, detail: titled(key, language, ""), kind: "key" }));
}

function keyword(word: string): Option {
  return { label: word, apply: word, detail: "", kind: "keyword" };
}

function actionOptions(typed: string, catalogue: Catalogue, language: Language): Option[] {
  const colon = typed.indexOf(":");
  if (colon < 0) {
    const every: Option = { label: "*", apply: "*", detail: "", kind: "keyword" };
    return [every, ...catalogue.products.map((product): Option => ({ label: `${product.Service}:`, apply: `${product.Service}:`, detail: titled(product, language, ""), kind: "product" }))];
  }
  const service = typed.slice(0, colon);
  const product = catalogue.known.get(service.replace(/^name\//, "").toLowerCase());
  if (!product) return [];
  const option = (name: string, detail: string): Option => ({ label: `${service}:${name}`, apply: `${service}:${name}`, detail, kind: "action" });
  return [option("*", ""), ...product.Actions.map((action) => option(action.Name, titled(action, language, "")))];
}

function resourceOptions(catalogue: Catalogue, services: readonly string[], language: Language): Option[] {
  const options: Option[] = [{ label: "*", apply: "*", detail: "", kind: "keyword" }];
  const known = services.length ? services : [...catalogue.known.keys()];
  for (const service of known) {
    options.push({ label: `qcs::${service}:::*`, apply: `qcs::${service}:::*`, detail: "", kind: "resource" });
    for (const type of catalogue.known.get(service)?.ResourceTypes ?? []) {
      const name = fill(type.Template, {});
      options.push({ label: name, apply: name, detail: titled(type, language, type.Prefix), kind: "resource" });
    }
  }
  return options;
}
