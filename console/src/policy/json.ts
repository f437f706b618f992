// JSON with the place of everything. The browser's own reader takes the last of two equal members and forgets how a number
// was written; a policy must be shown, and given back, as it stands.

/** A place in the text, in UTF-16 units as the editor counts: from the first to behind the last. */
export interface Span {
  from: number;
  to: number;
}

export interface ObjectNode extends Span {
  kind: "object";
  members: Member[];
}

export interface ArrayNode extends Span {
  kind: "array";
  items: Node[];
}

export interface StringNode extends Span {
  kind: "string";
  value: string;
}

/** A number, true, false or null, as it is written. */
export interface ScalarNode extends Span {
  kind: "number" | "boolean" | "null";
  value: string;
}

export type Node = ObjectNode | ArrayNode | StringNode | ScalarNode;

/** A member of an object; its own span is that of the name and value together. */
export interface Member extends Span {
  name: string;
  nameSpan: Span;
  value: Node;
}

/** What may be wrong with a text. */
export type SyntaxProblem =
  | "empty"
  | "endOfText"
  | "valueExpected"
  | "nameExpected"
  | "colonExpected"
  | "commaExpected"
  | "textBehind"
  | "tooDeep"
  | "badNumber"
  | "badString";

export interface SyntaxFault {
  problem: SyntaxProblem;
  at: number;
}

export type Parsed = { ok: true; root: Node } | { ok: false; fault: SyntaxFault };

/** As deep as the server reads. */
const maxDepth = 32;

const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const stringForm = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const blankForm = /[ \t\r\n]*/y;
const literals = [
  ["true", "boolean"],
  ["false", "boolean"],
  ["null", "null"],
] as const;

/** Reads exactly one value. */
export function parseJson(text: string): Parsed {
  const reader = new Reader(text);
  try {
    return { ok: true, root: reader.document() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: { problem: error.problem, at: error.at } };
    throw error;
  }
}

class Fault extends Error {
  readonly problem: SyntaxProblem;
  readonly at: number;

  constructor(problem: SyntaxProblem, at: number) {
    super(problem);
    this.problem = problem;
    this.at = at;
  }
}

class Reader {
  private at = 0;
  private depth = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  document(): Node {
    this.blanks();
    if (this.at === this.text.length) throw new Fault("empty", 0);
    const root = this.value();
    this.blanks();
    if (this.at < this.text.length) throw new Fault("textBehind", this.at);
    return root;
  }

  private value(): Node {
    this.blanks();
    switch (this.text[this.at]) {
      case "{":
        return this.nested(() => this.object());
      case "[":
        return this.nested(() => this.array());
      case '"':
        return this.string();
    }
    return this.scalar();
  }

  private nested(read: () => Node): Node {
    if (++this.depth > maxDepth) throw new Fault("tooDeep", this.at);
    const node = read();
    this.depth--;
    return node;
  }

  private object(): ObjectNode {
    const from = this.at++;
    const members: Member[] = [];
    this.blanks();
    if (this.take("}")) return { kind: "object", members, from, to: this.at };
    do {
      this.blanks();
      if (this.text[this.at] !== '"') throw this.missing("nameExpected");
      const name = this.string();
      this.blanks();
      if (!this.take(":")) throw this.missing("colonExpected");
      const value = this.value();
      members.push({ name: name.value, nameSpan: { from: name.from, to: name.to }, value, from: name.from, to: value.to });
      this.blanks();
    } while (this.take(","));
    if (!this.take("}")) throw this.missing("commaExpected");
    return { kind: "object", members, from, to: this.at };
  }

  private array(): ArrayNode {
    const from = this.at++;
    const items: Node[] = [];
    this.blanks();
    if (this.take("]")) return { kind: "array", items, from, to: this.at };
    do {
      items.push(this.value());
      this.blanks();
    } while (this.take(","));
    if (!this.take("]")) throw this.missing("commaExpected");
    return { kind: "array", items, from, to: this.at };
  }

  private string(): StringNode {
    const from = this.at;
    stringForm.lastIndex = from;
    const found = stringForm.exec(this.text);
    if (!found) throw new Fault("badString", from);
    this.at += found[0].length;
    return { kind: "string", value: JSON.parse(found[0]) as string, from, to: this.at };
  }

  private scalar(): ScalarNode {
    const from = this.at;
    for (const [word, kind] of literals) {
      if (this.text.startsWith(word, from)) {
        this.at += word.length;
        return { kind, value: word, from, to: this.at };
      }
    }
    numberForm.lastIndex = from;
    const found = numberForm.exec(this.text);
    if (!found) throw this.missing(/[-\d]/.test(this.text[from] ?? "") ? "badNumber" : "valueExpected");
    this.at += found[0].length;
    return { kind: "number", value: found[0], from, to: this.at };
  }

  private blanks(): void {
    blankForm.lastIndex = this.at;
    this.at += blankForm.exec(this.text)?.[0].length ?? 0;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private missing(problem: SyntaxProblem): Fault {
    return new Fault(this.at === this.text.length ? "endOfText" : problem, this.at);
  }
}

/** Prints a value as people write it: two blanks a level, and short lists of scalars stay on their line where `width` allows. */
export function format(text: string, width = 100): string {
  const parsed = parseJson(text);
  return parsed.ok ? formatNode(text, parsed.root, "", 0, width) : text;
}

function formatNode(text: string, node: Node, indent: string, used: number, width: number): string {
  if (node.kind !== "object" && node.kind !== "array") return text.slice(node.from, node.to);
  const inner = indent + "  ";
  if (node.kind === "object") {
    if (node.members.length === 0) return "{}";
    const lines = node.members.map((member) => {
      const name = text.slice(member.nameSpan.from, member.nameSpan.to) + ": ";
      return inner + name + formatNode(text, member.value, inner, inner.length + name.length, width);
    });
    return `{\n${lines.join(",\n")}\n${indent}}`;
  }
  if (node.items.length === 0) return "[]";
  if (node.items.every((item) => item.kind !== "object" && item.kind !== "array")) {
    const line = `[${node.items.map((item) => text.slice(item.from, item.to)).join(", ")}]`;
    if (node.items.length === 1 || used + line.length <= width) return line;
  }
  const lines = node.items.map((item) => inner + formatNode(text, item, inner, inner.length, width));
  return `[\n${lines.join(",\n")}\n${indent}]`;
}
