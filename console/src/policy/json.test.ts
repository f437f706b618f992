import { describe, expect, test } from "vitest";
import { drawer, drawText, manualTexts, workedTexts } from "./documents.testdata";
import { format, parseJson, type Node } from "./json";

/** What the browser reads, for comparison. */
function value(node: Node): unknown {
  switch (node.kind) {
    case "object":
      return Object.fromEntries(node.members.map((member) => [member.name, value(member.value)]));
    case "array":
      return node.items.map(value);
    case "string":
      return node.value;
    default:
      return JSON.parse(node.value);
  }
}

function accepts(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const odd = ['{"a":1,}', "[1 2]", "01", "1.", "-", "1e5", "-0.5E+3", '"\\u00e9\\n"', '"\\x"', '"a\nb"', "nul", "{}x", " ", "[", '{"a"', '{"a":', "{1:2}", "[]]", '"\\ud800"'];

describe("reading JSON", () => {
  test("what is JSON, and what it says, is what the browser finds", () => {
    const draw = drawer(1);
    const texts = [...workedTexts(), ...manualTexts(), ...odd, ...Array.from({ length: 200 }, () => drawText(draw))];
    for (const text of texts) {
      const parsed = parseJson(text);
      expect(parsed.ok, text).toBe(accepts(text));
      if (parsed.ok) expect(value(parsed.root)).toEqual(JSON.parse(text));
    }
  });

  test("a broken text never surprises, wherever it is cut or changed", () => {
    const draw = drawer(2);
    for (let i = 0; i < 2000; i++) {
      const text = drawText(draw);
      const at = draw(text.length + 1);
      const broken = text.slice(0, at) + ["", '"', "}", ",", "\\", "\u0000"][draw(6)] + text.slice(at + draw(3));
      const parsed = parseJson(broken);
      expect(parsed.ok, broken).toBe(accepts(broken));
      if (!parsed.ok) expect(parsed.fault.at).toBeLessThanOrEqual(broken.length);
    }
  });

  test.each([
    ["", "empty", 0],
    ['{"a":1,}', "nameExpected", 7],
    ['{"a" 1}', "colonExpected", 5],
    ["[1 2]", "commaExpected", 3],
    ['{"a":', "endOfText", 5],
    ["{} x", "textBehind", 3],
    ['{"a":.5}', "valueExpected", 5],
    ['"ab', "badString", 0],
    ["[".repeat(40), "tooDeep", 32],
  ])("the fault of %j is %s at %i", (text, problem, at) => {
    expect(parseJson(text)).toEqual({ ok: false, fault: { problem, at } });
  });

  test("repeated members are all there", () => {
    const parsed = parseJson('{"a":1,"a":2}');
    expect(parsed.ok && parsed.root.kind === "object" && parsed.root.members.length).toBe(2);
  });
});

describe("formatting", () => {
  test("keeps what is said and how it is spelled, and formatting again changes nothing", () => {
    const draw = drawer(3);
    for (let i = 0; i < 200; i++) {
      const text = drawText(draw);
      const formatted = format(text);
      expect(JSON.parse(formatted)).toEqual(JSON.parse(text));
      expect(format(formatted)).toBe(formatted);
    }
    expect(format('{"a":1.50,"b":"\\u00e9"}')).toBe('{\n  "a": 1.50,\n  "b": "\\u00e9"\n}');
  });

  test("short lists stay on their line, long ones do not", () => {
    expect(format('{"action":["a:b","a:c"]}')).toBe('{\n  "action": ["a:b", "a:c"]\n}');
    const many = Array.from({ length: 12 }, (_, i) => `service:Action${i}`);
    expect(format(JSON.stringify(many)).split("\n").length).toBe(14);
  });

  test("a text that is not JSON is left alone", () => expect(format("{oops")).toBe("{oops"));
});
