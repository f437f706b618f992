import { describe, expect, test } from "vitest";
import * as change from "./change";
import { readDocument, type Document, type Statement, type VisualStatement } from "./document";
import { drawer, drawText, manualTexts, workedTexts } from "./documents.testdata";

function read(text: string): Document {
  const result = readDocument(text);
  if (!result.ok) throw new Error(`${text}: ${result.fault.problem}`);
  return result.document;
}

function readable(): string[] {
  const draw = drawer(7);
  const texts = [...workedTexts(), ...manualTexts(), ...Array.from({ length: 300 }, () => drawText(draw))];
  return texts.filter((text) => readDocument(text).ok);
}

function visual(document: Document): VisualStatement[] {
  return document.statements.filter((statement) => statement.visual);
}

/** The text of each statement. */
function parts(text: string): string[] {
  return read(text).statements.map(({ node }) => text.slice(node.from, node.to));
}

const first = (text: string) => visual(read(text))[0] as VisualStatement;

describe("the visual editor", () => {
  test("changes nothing when it sets what is there already", () => {
    let statements = 0;
    for (const text of readable()) {
      for (const statement of visual(read(text))) {
        statements++;
        if (statement.actions.length) expect(change.setActions(text, statement, statement.actions)).toBe(text);
        if (statement.resources?.length) expect(change.setResources(text, statement, statement.resources)).toBe(text);
        for (const condition of statement.conditions) {
          expect(change.setConditionValues(text, statement, condition, condition.values)).toBe(text);
        }
      }
    }
    expect(statements).toBeGreaterThan(300);
  });

  test("a change of one statement leaves the text of all others alone", () => {
    for (const text of readable()) {
      const document = read(text);
      document.statements.forEach((statement, index) => {
        if (!statement.visual) return;
        const others = (changed: string) => parts(changed).filter((_, i) => i !== index);
        const kept = others(text);
        const effect = statement.effect === "allow" ? "deny" : "allow";
        expect(others(change.setEffect(text, statement, effect))).toEqual(kept);
        expect(others(change.setActions(text, statement, [...statement.actions, "sts:AssumeRole"]))).toEqual(kept);
        expect(others(change.setResources(text, statement, ["qcs::x:::*"]))).toEqual(kept);
        expect(others(change.addCondition(text, statement, "null_equal", "k", ["true"]))).toEqual(kept);
      });
    }
  });

  test("what it sets is what is read afterwards", () => {
    for (const text of readable()) {
      read(text).statements.forEach((statement, index) => {
        if (!statement.visual) return;
        const at = (changed: string) => read(changed).statements[index] as VisualStatement;
        const actions = ["a:B", ...statement.actions].slice(0, 3);
        expect(at(change.setActions(text, statement, actions)).actions).toEqual(actions);
        expect(at(change.setEffect(text, statement, "deny")).effect).toBe("deny");
        expect(at(change.setResources(text, statement, [])).resources).toEqual([]);
        const added = at(change.addCondition(text, statement, "string_like", "k", ["v*"]));
        expect(added.conditions.slice(-1)[0]).toMatchObject({ operatorName: "string_like", key: "k", values: ["v*"] });
        expect({ ...added, conditions: [], node: 0 }).toEqual({ ...statement, conditions: [], node: 0 });
      });
    }
  });

  test("statements are added, copied, moved and removed, whatever the others are", () => {
    for (const text of readable()) {
      const document = read(text);
      const before = parts(text);
      const added = change.addStatement(text, document, { effect: "allow", action: [], resource: "*" });
      expect(parts(added).slice(0, before.length)).toEqual(before);
      expect(read(added).statements).toHaveLength(before.length + 1);
      expect(parts(change.removeStatement(added, read(added), before.length))).toEqual(before);
      before.forEach((part, index) => {
        const copied = change.duplicateStatement(text, document, index);
        expect(parts(copied)).toEqual([...before.slice(0, index + 1), part, ...before.slice(index + 1)]);
        expect(parts(change.removeStatement(copied, read(copied), index))).toEqual(before);
        expect(parts(change.moveStatementDown(copied, read(copied), index))).toEqual(parts(copied));
      });
    }
  });

  test("every condition can be removed, and a statement without any has no member for them", () => {
    for (const text of readable()) {
      read(text).statements.forEach((statement, index) => {
        if (!statement.visual || !statement.conditions.length) return;
        let current = text;
        for (let left = statement.conditions.length; left > 0; left--) {
          const now = read(current).statements[index] as VisualStatement;
          current = change.removeCondition(current, now, now.conditions[0]!);
          expect((read(current).statements[index] as VisualStatement).conditions).toHaveLength(left - 1);
        }
        expect(JSON.parse(parts(current)[index]!)).not.toHaveProperty("condition");
      });
    }
  });

  test("conditions change operator and key and keep their values", () => {
    const targets = [
      ["string_equal", "new"],
      ["ip_equal", "qcs:ip"],
      ["null_equal", "b"],
    ] as const;
    for (const text of readable()) {
      read(text).statements.forEach((statement, index) => {
        if (!statement.visual) return;
        for (const condition of statement.conditions) {
          for (const [operator, key] of targets) {
            const changed = change.retargetCondition(text, statement, condition, operator, key);
            if (change.hasCondition(statement, operator, key)) {
              expect(changed).toBe(text);
              continue;
            }
            const now = read(changed).statements[index] as VisualStatement;
            expect(now.conditions).toHaveLength(statement.conditions.length);
            const found = now.conditions.find((other) => other.operatorName === operator && other.key === key);
            expect(found?.values).toEqual(condition.values);
          }
        }
      });
    }
  });

  test("the layout is that of the document", () => {
    const spread = '{\n    "version": "2.0",\n    "statement": []\n}';
    const one = change.addStatement(spread, read(spread), { effect: "allow", action: ["a:B"], resource: "*" });
    expect(one).toBe(
      '{\n    "version": "2.0",\n    "statement": [\n        {\n            "effect": "allow",\n            "action": ["a:B"],\n            "resource": "*"\n        }\n    ]\n}',
    );
    expect(change.addCondition(one, first(one), "ip_equal", "qcs:ip", ["::1"])).toContain(
      '            "resource": "*",\n            "condition": {\n                "ip_equal": {\n                    "qcs:ip": ["::1"]\n                }\n            }\n',
    );
    const compact = '{"version":"2.0","statement":[{"effect":"allow","action":"a:B","resource":"*"}]}';
    expect(change.setActions(compact, first(compact), ["a:B", "a:C"])).toBe(compact.replace('"a:B"', '["a:B","a:C"]'));
    expect(change.setActions(compact, first(compact), ["a:C"])).toBe(compact.replace("a:B", "a:C"));
  });

  test("numbers and escapes keep their spelling when another value is added", () => {
    const text = '{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","condition":{"numeric_equal":{"k":[1.50,"\\u0031"]}}}}';
    const statement = first(text);
    expect(change.setConditionValues(text, statement, statement.conditions[0]!, ["1.50", "1", "7"])).toBe(text.replace("]}}", ',"7"]}}'));
  });

  test("principals are set by class, and an empty class goes", () => {
    const text = '{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"service":"cvm.qcloud.com"}}]}';
    const both = change.setPrincipals(text, first(text), "qcs", ["qcs::cam::uin/1:root"]);
    expect(first(both).principals).toEqual({ anyone: false, qcs: ["qcs::cam::uin/1:root"], service: ["cvm.qcloud.com"], federated: [] });
    expect(first(change.setPrincipals(both, first(both), "service", [])).principals).toMatchObject({ service: [] });
    expect(first(change.setAnyone(both, first(both), true)).principals).toEqual({ anyone: true });
  });
});

describe("statements that only text can show", () => {
  const reasonOf = (statement: string): Statement => read(`{"version":"2.0","statement":[${statement}]}`).statements[0] as Statement;

  test.each([
    ['"x"', "notObject"],
    ['{"effect":"allow","notAction":"a:b"}', "unknownMember"],
    ['{"effect":"allow","Effect":"deny"}', "repeatedMember"],
    ['{"effect":"permit"}', "effect"],
    ['{"effect":"allow","action":[1]}', "action"],
    ['{"effect":"allow","action":"a:b","resource":null}', "resource"],
    ['{"effect":"allow","action":"a:b","condition":{"string_equals":{"a":"b"}}}', "condition"],
    ['{"effect":"allow","action":"a:b","condition":{"string_equal":{"a":"b","a":"c"}}}', "condition"],
    ['{"effect":"allow","action":"a:b","condition":{"string_equal":{"a":[null]}}}', "condition"],
    ['{"effect":"allow","action":"a:b","principal":{"aws":"x"}}', "principal"],
    ['{"effect":"allow","action":"a:b","sid":1}', "id"],
  ])("%s because of its %s", (statement, reason) => expect(reasonOf(statement)).toMatchObject({ visual: false, reason }));

  test.each([
    ["%7B%7D", "encoded"],
    ["[]", "notObject"],
    ['{"version":"2.0"}', "noStatement"],
    ['{"statement":[],"Statement":[]}', "repeatedMember"],
    ['{"strategyInfo":"{}"}', "wrapped"],
    ["{", "endOfText"],
  ])("a document %s as a whole: %s", (text, problem) => expect(readDocument(text)).toMatchObject({ ok: false, fault: { problem } }));

  test("a wrapped document is shown and changed in its wrapping", () => {
    const text = '{"strategyInfo":{"version":"2.0","statement":[{"effect":"allow","action":"a:B","resource":"*"}]}}';
    expect(change.setEffect(text, first(text), "deny")).toBe(text.replace("allow", "deny"));
  });
});
