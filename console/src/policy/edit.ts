// Changes to JSON text that leave every other character alone. The visual editor works through these, so that what it does
// not show, and how a document is laid out, survives it.
import type { ArrayNode, Node, ObjectNode, Span } from "./json";

/** Text that takes the place of a value as it is, such as a part of the document that is kept. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Value = string | number | boolean | null | Raw | readonly Value[] | { readonly [name: string]: Value };

/** Replaces what stands at a place. */
export function splice(text: string, span: Span, replacement: string): string {
  return text.slice(0, span.from) + replacement + text.slice(span.to);
}

/** Puts another value in the place of one. */
export function replace(text: string, node: Node, value: Value): string {
  const layout = layoutAt(text, node.from, spread(text, node) ?? isSpreadDocument(text));
  const itemLines = node.kind === "array" && text.slice(node.from, node.to).includes("\n");
  return splice(text, node, print(value, { ...layout, itemLines }));
}

/** Adds a member, behind all others unless `before` tells which it shall precede. */
export function insertMember(text: string, object: ObjectNode, name: string, value: Value, before?: number): string {
  const layout = layoutIn(text, object, object.members);
  const member = `${JSON.stringify(name)}:${layout.wide ? " " : ""}${print(value, inside(layout))}`;
  return insert(text, object, object.members, member, before ?? object.members.length, layout);
}

/** Adds an item, behind all others unless `before` tells which it shall precede. */
export function insertItem(text: string, array: ArrayNode, value: Value, before?: number): string {
  const layout = layoutIn(text, array, array.items);
  return insert(text, array, array.items, print(value, inside(layout)), before ?? array.items.length, layout);
}

/** Takes a member or item out, with its comma. */
export function removeAt(text: string, container: ObjectNode | ArrayNode, index: number): string {
  const parts: readonly Span[] = container.kind === "object" ? container.members : container.items;
  const part = parts[index];
  if (!part) return text;
  const following = parts[index + 1];
  const preceding = parts[index - 1];
  if (following) return splice(text, { from: part.from, to: following.from }, "");
  if (preceding) return splice(text, { from: preceding.to, to: part.to }, "");
  return splice(text, { from: container.from + 1, to: container.to - 1 }, "");
}

/** Has two neighbours change places; what is between them stays. */
export function swapWithNext(text: string, array: ArrayNode, index: number): string {
  const [first, second] = [array.items[index], array.items[index + 1]];
  if (!first || !second) return text;
  const between = text.slice(first.to, second.from);
  const swapped = text.slice(second.from, second.to) + between + text.slice(first.from, first.to);
  return splice(text, { from: first.from, to: second.to }, swapped);
}

// How a value is laid out: on one line, or on lines of their own below an indent.
interface Layout {
  lines: boolean;
  indent: string; // of the line that the value begins on
  unit: string;
  wide: boolean; // a blank behind colons and commas
  itemLines?: boolean; // a line for each item even of a short list
}

function insert(
  text: string,
  container: ObjectNode | ArrayNode,
  parts: readonly Span[],
  printed: string,
  before: number,
  layout: Layout,
): string {
  const comma = layout.lines ? `,\n${layout.indent + layout.unit}` : layout.wide ? ", " : ",";
  const [next, last] = [parts[before], parts[parts.length - 1]];
  if (next) return splice(text, { from: next.from, to: next.from }, printed + comma);
  if (last) return splice(text, { from: last.to, to: last.to }, comma + printed);
  const [open, close] = layout.lines ? [`\n${layout.indent + layout.unit}`, `\n${layout.indent}`] : ["", ""];
  return splice(text, { from: container.from + 1, to: container.to - 1 }, open + printed + close);
}

function inside(layout: Layout): Layout {
  return { ...layout, itemLines: false, indent: layout.lines ? layout.indent + layout.unit : layout.indent };
}

function layoutIn(text: string, container: Node, parts: readonly Span[]): Layout {
  const first = parts[0];
  const lines = first ? text.slice(container.from, first.from).includes("\n") : isSpreadDocument(text);
  return layoutAt(text, container.from, lines);
}

function layoutAt(text: string, at: number, lines: boolean): Layout {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  return {
    lines,
    indent: /^[ \t]*/.exec(line)?.[0] ?? "",
    unit: /\n([ \t]+)/.exec(text)?.[1] ?? "  ",
    wide: lines || /"\s*:\s/.test(text),
  };
}

/** Whether a value is on several lines; undefined where it has no parts that would show it. */
function spread(text: string, node: Node): boolean | undefined {
  if (node.kind !== "object" && node.kind !== "array") return undefined;
  return text.slice(node.from, node.to).includes("\n") || (isSpreadDocument(text) ? undefined : false);
}

function isSpreadDocument(text: string): boolean {
  return text.trim() === "" || text.trim().includes("\n");
}

function print(value: Value, layout: Layout): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) {
    // Lists of scalars stay on one line while they are short: that is how policies are written.
    const line = `[${value.map((item) => print(item, { ...layout, lines: false })).join(layout.wide ? ", " : ",")}]`;
    const plain = value.every((item) => typeof item !== "object" || item === null || (item instanceof Raw && !/^[{[]/.test(item.text)));
    if (!layout.lines || value.length === 0 || (plain && line.length <= 80 && !layout.itemLines)) return line;
    return block("[", value.map((item) => print(item, inside(layout))), "]", layout);
  }
  if (typeof value === "object" && value !== null) {
    const colon = layout.wide ? ": " : ":";
    const members = Object.entries(value as Record<string, Value>).map(
      ([name, member]) => JSON.stringify(name) + colon + print(member, inside(layout)),
    );
    if (!layout.lines || members.length === 0) return `{${members.join(layout.wide ? ", " : ",")}}`;
    return block("{", members, "}", layout);
  }
  return JSON.stringify(value);
}

function block(open: string, parts: string[], close: string, layout: Layout): string {
  const indent = layout.indent + layout.unit;
  return `${open}\n${parts.map((part) => indent + part).join(",\n")}\n${layout.indent}${close}`;
}
