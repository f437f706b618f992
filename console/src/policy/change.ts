// What the visual editor does to a document. Each change takes the text and the view of it and returns the new text; members,
// items and layout that the change is not about stay as they were written.
import { named, scalars, type Condition, type Document, type Effect, type PrincipalClass, type VisualStatement } from "./document";
import { insertItem, insertMember, Raw, removeAt, replace, splice, swapWithNext, type Value } from "./edit";
import type { Node, ObjectNode } from "./json";

/** Adds a statement behind the others. */
export function addStatement(text: string, document: Document, statement: Value): string {
  return insertStatement(text, document, statement, document.statements.length);
}

/** Adds a copy of a statement behind it. */
export function duplicateStatement(text: string, document: Document, index: number): string {
  const node = document.statements[index]?.node;
  return node ? insertStatement(text, document, new Raw(text.slice(node.from, node.to)), index + 1) : text;
}

export function removeStatement(text: string, document: Document, index: number): string {
  if (document.list) return removeAt(text, document.list, index);
  const node = document.statements[index]?.node;
  return node ? replace(text, node, []) : text;
}

/** Has a statement change places with the one behind it. */
export function moveStatementDown(text: string, document: Document, index: number): string {
  return document.list ? swapWithNext(text, document.list, index) : text;
}

/** Puts another text in the place of a statement. */
export function replaceStatement(text: string, document: Document, index: number, statement: string): string {
  const node = document.statements[index]?.node;
  return node ? splice(text, node, statement) : text;
}

function insertStatement(text: string, document: Document, statement: Value, before: number): string {
  if (document.list) return insertItem(text, document.list, statement, before);
  const node = document.statements[0]?.node;
  if (!node) return text;
  // One statement without brackets becomes a list of two.
  const kept = new Raw(text.slice(node.from, node.to));
  return replace(text, node, before === 0 ? [statement, kept] : [kept, statement]);
}

export function setEffect(text: string, statement: VisualStatement, effect: Effect): string {
  return setMember(text, statement.node, "effect", effect);
}

export function setActions(text: string, statement: VisualStatement, actions: readonly string[]): string {
  return setMember(text, statement.node, "action", listOf(text, memberNode(statement.node, "action"), actions));
}

export function setResources(text: string, statement: VisualStatement, resources: readonly string[]): string {
  return setMember(text, statement.node, "resource", listOf(text, memberNode(statement.node, "resource"), resources));
}

/** Sets the principals of one class. Without any left the member of the class goes. */
export function setPrincipals(text: string, statement: VisualStatement, kind: PrincipalClass, entries: readonly string[]): string {
  const node = memberNode(statement.node, "principal");
  if (node?.kind !== "object") return setMember(text, statement.node, "principal", { [kind]: [...entries] });
  const at = node.members.findIndex((member) => member.name === kind);
  const member = node.members[at];
  if (!member) return entries.length ? insertMember(text, node, kind, [...entries]) : text;
  if (entries.length === 0) return removeAt(text, node, at);
  return replace(text, member.value, listOf(text, member.value, entries));
}

/** Trusts everybody, or nobody yet. */
export function setAnyone(text: string, statement: VisualStatement, anyone: boolean): string {
  return setMember(text, statement.node, "principal", anyone ? "*" : {});
}

/** Adds a condition; a key that the operator has already gets the values besides its own. */
export function addCondition(text: string, statement: VisualStatement, operator: string, key: string, values: readonly string[]): string {
  const node = memberNode(statement.node, "condition");
  if (node?.kind !== "object") return setMember(text, statement.node, "condition", { [operator]: { [key]: [...values] } });
  const keys = memberNode(node, operator, true);
  if (keys?.kind !== "object") return insertMember(text, node, operator, { [key]: [...values] });
  const present = memberNode(keys, key, true);
  if (!present) return insertMember(text, keys, key, [...values]);
  const items = present.kind === "array" ? present.items : [present];
  return replace(text, present, [...items.map((item) => new Raw(text.slice(item.from, item.to))), ...values]);
}

/** Takes a condition out; an operator without keys, and a condition member without operators, go with it. */
export function removeCondition(text: string, statement: VisualStatement, condition: Condition): string {
  const node = memberNode(statement.node, "condition");
  if (node?.kind !== "object") return text;
  const operatorAt = node.members.findIndex((member) => member.name === condition.operatorName);
  const keys = node.members[operatorAt]?.value;
  if (keys?.kind !== "object") return text;
  if (keys.members.length > 1) return removeAt(text, keys, keys.members.findIndex((member) => member.name === condition.key));
  if (node.members.length > 1) return removeAt(text, node, operatorAt);
  const at = statement.node.members.findIndex((member) => member.name.toLowerCase() === "condition");
  return removeAt(text, statement.node, at);
}

/** Sets the values of a condition. A value that is there already keeps the way it is written. */
export function setConditionValues(text: string, statement: VisualStatement, condition: Condition, values: readonly string[]): string {
  const node = conditionNode(statement.node, condition);
  return node ? replace(text, node, listOf(text, node, values)) : text;
}

/** Whether a statement has this key under this operator: each pair can be there once. */
export function hasCondition(statement: VisualStatement, operator: string, key: string): boolean {
  return statement.conditions.some((condition) => condition.operatorName === operator && condition.key === key);
}

/** Gives a condition another operator or key, which the statement must not have yet. */
export function retargetCondition(text: string, statement: VisualStatement, condition: Condition, operator: string, key: string): string {
  const node = memberNode(statement.node, "condition");
  const value = conditionNode(statement.node, condition);
  if (node?.kind !== "object" || !value || hasCondition(statement, operator, key)) return text;
  const from = named(node, condition.operatorName.toLowerCase()).find((member) => member.name === condition.operatorName);
  if (from?.value.kind !== "object") return text;
  const member = from.value.members.find((candidate) => candidate.name === condition.key);
  if (!member) return text;
  if (operator === condition.operatorName) return splice(text, member.nameSpan, JSON.stringify(key));
  const kept = new Raw(text.slice(value.from, value.to));
  const to = node.members.find((candidate) => candidate.name === operator);
  if (!to && from.value.members.length === 1) {
    // The only key of its operator: the names change and everything keeps its place.
    const renamed = splice(text, member.nameSpan, JSON.stringify(key));
    return splice(renamed, from.nameSpan, JSON.stringify(operator));
  }
  // The part that stands further back is changed first, so that places before it stay true.
  const put = (current: string) =>
    to?.value.kind === "object" ? insertMember(current, to.value, key, kept) : insertMember(current, node, operator, { [key]: kept });
  const take = (current: string) =>
    from.value.kind === "object" && from.value.members.length > 1
      ? removeAt(current, from.value, from.value.members.indexOf(member))
      : removeAt(current, node, node.members.indexOf(from));
  return !to || to.from > from.from ? take(put(text)) : put(take(text));
}

function setMember(text: string, object: ObjectNode, name: string, value: Value): string {
  const node = memberNode(object, name);
  if (node) return replace(text, node, value);
  // A sixth member goes where people expect it: conditions behind everything else, the others before them.
  const condition = object.members.findIndex((member) => member.name.toLowerCase() === "condition");
  return insertMember(text, object, name, value, name === "condition" || condition < 0 ? undefined : condition);
}

function memberNode(object: ObjectNode, name: string, exact = false): Node | undefined {
  return exact ? object.members.find((member) => member.name === name)?.value : named(object, name)[0]?.value;
}

function conditionNode(object: ObjectNode, condition: Condition): Node | undefined {
  const node = memberNode(object, "condition");
  const keys = node?.kind === "object" ? memberNode(node, condition.operatorName, true) : undefined;
  return keys?.kind === "object" ? memberNode(keys, condition.key, true) : undefined;
}

/** A list as a document writes it: one value that stood without brackets goes on to, and known items keep their spelling. */
function listOf(text: string, node: Node | undefined, values: readonly string[]): Value {
  const [only] = values;
  if (node && sameStrings(scalars(node), values)) return new Raw(text.slice(node.from, node.to));
  if (node && node.kind !== "array" && values.length === 1 && only !== undefined) return spelled(text, [node], only);
  if (!node && values.length === 1 && only === "*") return "*";
  const items = node?.kind === "array" ? node.items : node ? [node] : [];
  return values.map((value) => spelled(text, items, value));
}

function sameStrings(first: readonly string[] | undefined, second: readonly string[]): boolean {
  return first?.length === second.length && first.every((value, i) => value === second[i]);
}

function spelled(text: string, items: readonly Node[], value: string): Value {
  const kept = items.find((item) => "value" in item && item.value === value);
  return kept ? new Raw(text.slice(kept.from, kept.to)) : value;
}
