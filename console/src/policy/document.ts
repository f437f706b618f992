// What a policy document says, as the visual editor shows it. The text stays the document: this is a view of it, made anew
// after every change, and statements that it cannot show in full are left to be edited as text.
import { parseJson, type ArrayNode, type Member, type Node, type ObjectNode, type SyntaxFault } from "./json";
import { parseOperator, type Operator } from "./operator";

export type Effect = "allow" | "deny";

/** policy for users, groups and roles; trust for who may assume a role, with principals in the place of resources. */
export type DocumentKind = "policy" | "trust";

export interface Condition {
  operator: Operator;
  operatorName: string;
  key: string;
  values: string[];
}

export type PrincipalClass = "qcs" | "service" | "federated";

export const principalClasses: readonly PrincipalClass[] = ["qcs", "service", "federated"];

export type Principals = { anyone: true } | ({ anyone: false } & Record<PrincipalClass, string[]>);

/** A statement of which everything can be shown. */
export interface VisualStatement {
  visual: true;
  node: ObjectNode;
  id: string;
  effect: Effect;
  actions: string[];
  /** undefined where the member is missing, as it is in trust policies. */
  resources: string[] | undefined;
  conditions: Condition[];
  principals: Principals | undefined;
}

/** Why a statement can be edited as text only. */
export type TextReason = "notObject" | "unknownMember" | "repeatedMember" | "effect" | "action" | "resource" | "condition" | "principal" | "id";

export interface TextStatement {
  visual: false;
  node: Node;
  reason: TextReason;
  /** The member that it is about, where it is about one. */
  member: string;
}

export type Statement = VisualStatement | TextStatement;

export interface Document {
  statements: Statement[];
  /** The list of statements; undefined where one statement stands for it. */
  list: ArrayNode | undefined;
  root: ObjectNode;
}

/** Why a whole document can be edited as text only. */
export type DocumentProblem = SyntaxFault | { problem: "notObject" | "encoded" | "wrapped" | "noStatement" | "repeatedMember"; at: number };

export type ReadDocument = { ok: true; document: Document } | { ok: false; fault: DocumentProblem };

/** What a new document begins with. */
export const emptyPolicy = '{\n  "version": "2.0",\n  "statement": []\n}';

/** The most characters that a document may have, blanks not counted. */
export const maxLength = 6144;

/** Counts the characters of a document as the limit does: without blanks and line ends. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const character of text) if (!" \t\r\n".includes(character)) count++;
  return count;
}

/** Whether a document has no statement yet, so that there is nothing to find fault with. */
export function isBegun(text: string): boolean {
  const read = readDocument(text);
  return !read.ok || read.document.statements.length > 0;
}

export function readDocument(text: string): ReadDocument {
  if (/^\s*%/.test(text)) return { ok: false, fault: { problem: "encoded", at: 0 } };
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  let root = parsed.root;
  if (root.kind !== "object") return { ok: false, fault: { problem: "notObject", at: root.from } };
  const wrapped = root.members.find((member) => member.name === "strategyInfo");
  if (wrapped) {
    if (wrapped.value.kind !== "object") return { ok: false, fault: { problem: "wrapped", at: wrapped.value.from } };
    root = wrapped.value;
  }
  const lists = named(root, "statement");
  const [member] = lists;
  if (!member) return { ok: false, fault: { problem: "noStatement", at: root.from } };
  if (lists.length > 1) return { ok: false, fault: { problem: "repeatedMember", at: lists[1]?.from ?? root.from } };
  const { value } = member;
  if (value.kind === "array") {
    return { ok: true, document: { root, list: value, statements: value.items.map(readStatement) } };
  }
  return { ok: true, document: { root, list: undefined, statements: [readStatement(value)] } };
}

/** The members of an object with a name, whose case does not count. */
export function named(object: ObjectNode, name: string): Member[] {
  return object.members.filter((member) => member.name.toLowerCase() === name);
}

/** The strings of a list, or the one string that stands for it; undefined where there is anything else. */
export function strings(node: Node): string[] | undefined {
  if (node.kind === "string") return node.value === "" ? [] : [node.value];
  if (node.kind !== "array") return undefined;
  const values: string[] = [];
  for (const item of node.items) {
    if (item.kind !== "string") return undefined;
    values.push(item.value);
  }
  return values;
}

const memberNames = ["effect", "action", "resource", "condition", "principal", "sid", "id"];

/** Reads a statement by itself, as it is edited as text. */
export function readStatement(node: Node): Statement {
  const text = (reason: TextReason, member = ""): TextStatement => ({ visual: false, node, reason, member });
  if (node.kind !== "object") return text("notObject");
  const seen = new Map<string, Node>();
  for (const member of node.members) {
    const name = member.name.toLowerCase();
    if (!memberNames.includes(name)) return text("unknownMember", member.name);
    if (seen.has(name)) return text("repeatedMember", name);
    seen.set(name, member.value);
  }
  const effect = readEffect(seen.get("effect"));
  if (!effect) return text("effect", "effect");
  const actionNode = seen.get("action");
  const actions = actionNode ? strings(actionNode) : [];
  if (!actions) return text("action", "action");
  const resourceNode = seen.get("resource");
  const resources = resourceNode ? strings(resourceNode) : undefined;
  if (resourceNode && !resources) return text("resource", "resource");
  const conditions = readConditions(seen.get("condition"));
  if (!conditions) return text("condition", "condition");
  const principalNode = seen.get("principal");
  const principals = principalNode ? readPrincipals(principalNode) : undefined;
  if (principalNode && !principals) return text("principal", "principal");
  const idNode = seen.get("sid") ?? seen.get("id");
  if (idNode && idNode.kind !== "string") return text("id", "sid");
  return { visual: true, node, id: idNode?.value ?? "", effect, actions, resources, conditions, principals };
}

function readEffect(node: Node | undefined): Effect | undefined {
  if (node?.kind !== "string") return undefined;
  const effect = node.value.toLowerCase();
  return effect === "allow" || effect === "deny" ? effect : undefined;
}

function readConditions(node: Node | undefined): Condition[] | undefined {
  if (!node) return [];
  if (node.kind !== "object" || repeated(node)) return undefined;
  const conditions: Condition[] = [];
  for (const { name, value } of node.members) {
    const operator = parseOperator(name);
    if (!operator || value.kind !== "object" || value.members.length === 0 || repeated(value)) return undefined;
    for (const key of value.members) {
      const values = scalars(key.value);
      if (!values) return undefined;
      conditions.push({ operator, operatorName: name, key: key.name, values });
    }
  }
  return conditions;
}

/** The values of a key: text, numbers and truth values, as they are written. */
export function scalars(node: Node): string[] | undefined {
  const items = node.kind === "array" ? node.items : [node];
  const values: string[] = [];
  for (const item of items) {
    if (item.kind !== "string" && item.kind !== "number" && item.kind !== "boolean") return undefined;
    values.push(item.value);
  }
  return values;
}

function readPrincipals(node: Node): Principals | undefined {
  if (node.kind === "string") return node.value === "*" ? { anyone: true } : undefined;
  if (node.kind !== "object" || repeated(node)) return undefined;
  const principals: Principals = { anyone: false, qcs: [], service: [], federated: [] };
  for (const member of node.members) {
    const kind = principalClasses.find((known) => known === member.name);
    const list = strings(member.value);
    if (!kind || !list) return undefined;
    principals[kind] = list;
  }
  return principals;
}

function repeated(object: ObjectNode): boolean {
  return new Set(object.members.map((member) => member.name)).size < object.members.length;
}
