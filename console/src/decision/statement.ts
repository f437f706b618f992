import { format } from "@/policy/json";

/** The text of a statement between two bytes of its document, on lines of its own; undefined where the document is another. */
export function statementText(document: string, from: number, to: number): string | undefined {
  const bytes = new TextEncoder().encode(document);
  if (from < 0 || to > bytes.length || from >= to) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(from, to));
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return format(text);
}

/** A policy that consists of these statements, each JSON. */
export function policyOf(statements: readonly string[]): string {
  return format(`{"version":"2.0","statement":[${statements.join(",")}]}`);
}
