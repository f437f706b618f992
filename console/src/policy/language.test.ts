import { describe, expect, test } from "vitest";
import { covers, coversAction, parseAction, serviceOf } from "./action";
import { emptyCatalogue, type Catalogue, type Product } from "./catalogue";
import { complete, placeAt, servicesNeeded } from "./complete";
import { lengthOf, readDocument } from "./document";
import { drawer, drawText } from "./documents.testdata";
import { bases, basesFor, fitsValue, parseOperator, printOperator } from "./operator";
import { fill, match, readResource } from "./resource";
import { summarize } from "./summary";

const cvm: Product = {
  Product: { Service: "cvm", Title: "Machines", TitleZh: "云服务器", Level: "resource", IsComplete: false, ActionCount: 2 },
  Actions: [
    { Name: "StartInstances", Title: "Start", TitleZh: "开机", Level: "resource", Access: "write", ResourceTypes: ["instance"] },
    { Name: "DescribeZones", Title: "", TitleZh: "", Level: "operation", Access: "list", ResourceTypes: [] },
  ],
  ResourceTypes: [{ Prefix: "instance", Template: "qcs::cvm:${region}:uin/${owner}:instance/${instanceId}", Title: "instance", TitleZh: "实例" }],
  ConditionKeys: [{ Key: "cvm:type", Type: "string", Title: "machine type", TitleZh: "机型" }],
};
const catalogue: Catalogue = { products: [cvm.Product], known: new Map([["cvm", cvm]]) };

describe("actions", () => {
  test.each([
    ["*", { service: "*", name: "*" }],
    ["name/CAM:GetUser", { service: "cam", name: "GetUser" }],
    ["cos:*Bucket*", { service: "cos", name: "*Bucket*" }],
    ["permid/280655", { service: "", name: "permid/280655" }],
    ["permid/", undefined],
    ["DescribeInstances", undefined],
    ["cos: GetObject", undefined],
    [":x", undefined],
  ])("%s", (text, want) => expect(parseAction(text)).toEqual(want));

  test.each([
    ["Get*", "GetUser", true],
    ["*User", "GetUser", true],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["ab*ba", "aba", false],
    ["Get", "GetUser", false],
  ])("%s on %s: %s", (pattern, text, want) => expect(covers(pattern, text)).toBe(want));

  test("lists cover what one of their patterns covers, and are about one service or many", () => {
    expect(coversAction(["cam:Get*", "sts:*"], "cam", "GetUser")).toBe(true);
    expect(coversAction(["cam:Get*"], "sts", "GetUser")).toBe(false);
    expect([serviceOf([]), serviceOf(["CAM:A", "cam:B"]), serviceOf(["cam:A", "sts:B"]), serviceOf(["*"])]).toEqual(["", "cam", "*", "*"]);
  });
});

describe("resources", () => {
  test.each([
    ["qcs::cvm:gz:uin/1:instance/*", undefined],
    ["qcs::cos::uid/1250000001:b/x:y", undefined],
    ["qcs::cam:::uin/${uin}", undefined],
    ["qcs::cvm:gz:instance/*", "segments"],
    ["acs::cvm:::*", "prefix"],
    ["qcs:p1:cvm:::*", "project"],
    ["qcs::c vm:::*", "service"],
    ["qcs::cvm:ap/1::*", "region"],
    ["qcs::cvm::100:*", "account"],
    ["qcs::cvm:::", "path"],
    ["qcs::cvm:::x/${user}", "variable"],
  ])("%s: %s", (text, problem) => {
    expect(readResource(text)).toMatchObject(problem ? { ok: false, problem } : { ok: true, any: false });
  });

  test("a template is filled, and what was filled in is found again", () => {
    const template = cvm.ResourceTypes[0]!.Template;
    expect(fill(template, {})).toBe("qcs::cvm:::instance/*");
    expect(fill(template, { region: "gz", owner: "7", instanceId: "ins-1" })).toBe("qcs::cvm:gz:uin/7:instance/ins-1");
    const cases: Record<string, string>[] = [{}, { region: "gz" }, { instanceId: "a/b:c" }, { owner: "7", instanceId: "${uin}" }];
    for (const values of cases) {
      expect(match(template, fill(template, values))).toEqual(values);
    }
    expect(match(template, "qcs::cvm:::image/img-1")).toBeUndefined();
    expect(match(template, "*")).toBeUndefined();
  });
});

describe("operators", () => {
  test("every one is read and printed again, with every prefix and suffix that it may have", () => {
    for (const base of bases) {
      for (const qualifier of ["", "for_any_value:", "for_all_value:"] as const) {
        for (const ifExist of base === "null_equal" ? [false] : [false, true]) {
          const name = printOperator({ qualifier, base, ifExist });
          expect(parseOperator(name)).toEqual({ qualifier, base, ifExist });
        }
      }
    }
    for (const wrong of ["StringEquals", "string_equals", "null_equal_if_exist", "for_each:ip_equal", ""]) expect(parseOperator(wrong)).toBeUndefined();
  });

  test("a key's type says which make sense", () => {
    expect(basesFor("ip")).toEqual(["ip_equal", "ip_not_equal", "null_equal"]);
    expect(basesFor(undefined)).toBe(bases);
    expect([fitsValue("ip_equal", "10.0.0.0/8"), fitsValue("ip_equal", "::1"), fitsValue("ip_equal", "x")]).toEqual([true, true, false]);
    expect([fitsValue("numeric_equal", "1e3"), fitsValue("date_equal", "2027-01-01T00:00:00Z"), fitsValue("bool_equal", "yes")]).toEqual([true, true, false]);
  });
});

describe("what is said in words", () => {
  const say = (statement: string, language: "en-US" | "zh-CN" = "en-US", known = catalogue) => {
    const result = readDocument(`{"version":"2.0","statement":${statement}}`);
    return result.ok ? summarize(result.document.statements[0]!, known, language) : "";
  };

  test.each([
    ['{"effect":"allow","action":"*","resource":"*"}', "Allows every action of every product on all resources.", "允许对所有资源执行所有产品的全部操作。"],
    [
      '{"effect":"deny","action":["cvm:StartInstances","cam:Get*"],"resource":"qcs::cvm:ap-guangzhou::instance/ins-1"}',
      "Denies StartInstances (cvm) and actions of cam that start with Get on instance ins-1 in ap-guangzhou.",
      "拒绝对 ap-guangzhou 地域的实例 ins-1 执行 cvm 的开机 StartInstances 和 cam 中以 Get 开头的操作。",
    ],
    [
      '{"effect":"allow","action":"cvm:*","resource":"qcs::cvm::uin/7:instance/*","condition":{"ip_not_equal_if_exist":{"qcs:ip":["10.0.0.0/8","::1"]},"null_equal":{"k":"true"}}}',
      "Allows every action of cvm on every instance of account 7, if address of the caller is not in 10.0.0.0/8 or ::1 (or it is missing) and k is missing.",
      "允许对账号 7 的全部实例执行 cvm 的全部操作，条件是调用者的 IP 地址不属于 10.0.0.0/8 或 ::1（或其不存在）和缺少 k。",
    ],
    [
      '{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/1:root","qcs::cam::uin/1:uin/2"],"service":["cvm.qcloud.com"]}}',
      "Trusts account 1 with those whom it allows, user 2 of account 1 and service cvm.qcloud.com: they may take AssumeRole (sts).",
      "信任账号 1 及其授权的成员、账号 1 的用户 2 和服务 cvm.qcloud.com：可执行 sts 的 AssumeRole。",
    ],
    ['{"effect":"allow","action":[],"resource":"*"}', "Says nothing yet: choose actions.", "尚未生效：请选择操作。"],
    ['{"effect":"permit"}', "Has parts that only its text shows.", "包含只能以文本显示的内容。"],
  ])("%s", (statement, english, chinese) => {
    expect(say(statement)).toBe(english);
    expect(say(statement, "zh-CN")).toBe(chinese);
  });

  test("every drawn statement has a sentence", () => {
    const draw = drawer(5);
    for (let i = 0; i < 200; i++) {
      const result = readDocument(drawText(draw));
      if (result.ok) for (const statement of result.document.statements) expect(summarize(statement, emptyCatalogue, "zh-CN")).toMatch(/。$/);
    }
  });
});

describe("completion", () => {
  const labels = (text: string, kind: "policy" | "trust" = "policy") => {
    const offset = text.indexOf("|");
    const found = complete(text.replace("|", ""), offset, catalogue, kind, "en-US");
    return found?.options.map((option) => option.apply) ?? [];
  };

  test.each<[string, string[]]>([
    ['{"|"', ["version", "statement"]],
    ["{|", ['"version": ', '"statement": ']],
    ['{"version":"|', ["2.0"]],
    ['{"statement":[{"|', ["effect", "action", "resource", "condition", "sid"]],
    ['{"statement":[{"effect":|', ['"allow"', '"deny"']],
    ['{"statement":[{"effect":"allow",|', ['"effect": ', '"action": ', '"resource": ', '"condition": ', '"sid": ']],
    ['{"statement":{"action":"|', ["*", "cvm:"]],
    ['{"statement":[{"action":["cvm:Start|', ["cvm:*", "cvm:StartInstances", "cvm:DescribeZones"]],
    ['{"statement":[{"action":["x:y"],"resource":"|', ["*", "qcs::x:::*"]],
    ['{"statement":[{"action":["cvm:*"],"resource":["*","|', ["*", "qcs::cvm:::*", "qcs::cvm:::instance/*"]],
    ['{"statement":[{"effect":"allow"|', []],
    ["|", []],
  ])("%s", (text, want) => expect(labels(text)).toEqual(want));

  test("operators, and then keys, belong into conditions", () => {
    expect(labels('{"statement":[{"action":"cvm:*","condition":{"|')).toContain("for_any_value:string_like".slice(14));
    expect(labels('{"statement":[{"action":"cvm:*","condition":{"ip_equal":{"|')).toEqual(expect.arrayContaining(["cvm:type", "qcs:ip"]));
    expect(labels('{"statement":[{"principal":{"|', "trust")).toEqual(["qcs", "service", "federated"]);
    expect(labels('{"statement":[{"|', "trust")).toContain("principal");
  });

  test("the products that it needs are those that are named", () => {
    expect(servicesNeeded('{"statement":[{"action":["CVM:St', 32)).toEqual(["cvm"]);
    const text = '{"statement":[{"action":["cvm:*","cos:Get*"],"resource":"';
    expect(servicesNeeded(text, text.length)).toEqual(["cvm", "cos"]);
  });

  test("a text that is being typed never surprises", () => {
    const draw = drawer(9);
    for (let i = 0; i < 300; i++) {
      const text = drawText(draw);
      const at = draw(text.length + 1);
      const place = placeAt(text.slice(0, at) + "]}\"".slice(draw(4)), at);
      if (place) expect(place.from + place.typed.length).toBe(at);
    }
  });
});

test("blanks do not count towards the length", () => expect(lengthOf(' {\n\t"a": "b c"}\r\n')).toBe(10));
