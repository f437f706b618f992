// Documents for tests: those of the repository's own worked cases and manual, and drawn ones.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, root)), "utf8");

const usual = '"effect":"allow","action":"cvm:*","resource":"*"';

/** The texts of policy/testdata/documents.yaml, refused ones too, with its abbreviations written out. */
export function workedTexts(): string[] {
  const lines = read("policy/testdata/documents.yaml").matchAll(/text: '((?:[^']|'')*)'/g);
  return [...lines].map(([, text = ""]) => text.replaceAll("''", "'").replaceAll("STATEMENT", `{${usual}}`).replaceAll("OK", usual));
}

/** The examples of the manual. */
export function manualTexts(): string[] {
  return [...read("docs/write-a-policy.md").matchAll(/```json\n([^]*?)```/g)].map(([, text = ""]) => text.trimEnd());
}

/** A source of numbers that draws the same ones for the same seed. */
export function drawer(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

/** Draws a document that is laid out in one of several ways, and holds things that only text can show now and then. */
export function drawText(draw: (below: number) => number): string {
  const pick = <T>(list: readonly T[]) => list[draw(list.length)] as T;
  const list = (from: readonly string[]) => (draw(3) === 0 ? pick(from) : Array.from({ length: 1 + draw(3) }, () => pick(from)));
  const statement = () => {
    const members: Record<string, unknown> = {};
    if (draw(4) === 0) members.sid = "s" + draw(9);
    members[pick(["effect", "Effect"])] = pick(["allow", "deny", "Allow"]);
    members[pick(["action", "Action"])] = list(["*", "cvm:*", "cam:Get*", "name/cam:GetUser", "cos:*Object", "permid/280655"]);
    members.resource = list(["*", "qcs::cvm:gz::instance/ins-1", "qcs::cos::uid/1250000001:b/*", "qcs::cam:::uin/${uin}"]);
    if (draw(2) === 0) {
      members.condition = {
        [pick(["ip_equal", "ip_not_equal"])]: { "qcs:ip": list(["10.0.0.0/8", "::1"]) },
        [pick(["numeric_equal", "for_any_value:string_like_if_exist"])]: { a: draw(2) ? 1.5 : "x", b: ["y", 2, true] },
      };
    }
    if (draw(6) === 0) members.condition = { string_equals: { a: "b" } };
    if (draw(9) === 0) members.notAction = "x:y";
    return members;
  };
  const statements = Array.from({ length: draw(4) }, statement);
  const document = { version: "2.0", statement: statements.length === 1 && draw(2) ? statements[0] : statements };
  const text = JSON.stringify(document, null, pick([0, 2, 4, "\t"]) as number);
  return draw(4) === 0 ? text.replaceAll('":', '": ') : text;
}
