// What a statement says, as one sentence in the language of the console.
import type { Language } from "@/i18n/language";
import { say, type Values } from "@/i18n/text";
import { parseAction } from "./action";
import { keyNamed, titled, type Catalogue } from "./catalogue";
import type { Condition, Principals, Statement, VisualStatement } from "./document";
import { operatorMessages, summaryMessages } from "./messages";
import { match, readResource, type ResourceName } from "./resource";

/** How many parts are named before the rest is counted. */
const named = 3;

/** Says what a statement does; titles of actions, resources and keys come from the catalogue as far as it has them. */
export function summarize(statement: Statement, catalogue: Catalogue, language: Language): string {
  const sentence = new Summary(catalogue, language).of(statement);
  // The Chinese sentences have blanks around what may be Latin letters; between Chinese ones there are none.
  return language === "zh-CN" ? sentence.replace(/(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])/g, "") : sentence;
}

class Summary {
  private readonly catalogue: Catalogue;
  private readonly language: Language;

  constructor(catalogue: Catalogue, language: Language) {
    this.catalogue = catalogue;
    this.language = language;
  }

  of(statement: Statement): string {
    if (!statement.visual) return this.say("asText");
    if (statement.actions.length === 0) return this.say("noAction");
    const parts = { actions: this.actions(statement.actions), conditions: this.conditions(statement.conditions) };
    if (statement.principals) return this.trust(statement, statement.principals, parts);
    if (!statement.resources) return this.say("noResource");
    return this.say(statement.effect, { ...parts, resources: this.resources(statement.resources) });
  }

  private trust(statement: VisualStatement, principals: Principals, parts: Values): string {
    const list = principals.anyone
      ? [this.say("anyone")]
      : [
          ...principals.qcs.map((text) => this.principal(text)),
          ...principals.service.map((name) => this.say("service", { name })),
          ...principals.federated.map((text) => this.principal(text)),
        ];
    if (list.length === 0) return this.say("noPrincipal");
    const key = statement.effect === "allow" ? "trustAllow" : "trustDeny";
    return this.say(key, { ...parts, principals: this.list(list, "and") });
  }

  private actions(actions: readonly string[]): string {
    if (actions.some((action) => action === "*" || action === "*:*" || action === "name/*")) return this.say("everyAction");
    const groups = new Map<string, string[]>();
    for (const text of actions) {
      const action = parseAction(text) ?? { service: "", name: text };
      groups.set(action.service, [...(groups.get(action.service) ?? []), action.name]);
    }
    const phrases: string[] = [];
    for (const [service, names] of groups) phrases.push(...this.actionsOf(service, names));
    return this.list(phrases, "and");
  }

  private actionsOf(service: string, names: readonly string[]): string[] {
    if (service === "") return names.map((name) => this.say("featureSet", { name }));
    const product = this.product(service);
    if (names.includes("*")) return [this.say("everyActionOf", { product })];
    const [patterns, plain] = [names.filter((name) => name.includes("*")), names.filter((name) => !name.includes("*"))];
    const phrases = patterns.map((pattern) => this.pattern(product, pattern));
    if (plain.length > 2) phrases.push(this.say("actionsOf", { count: plain.length, product }));
    else phrases.push(...plain.map((name) => this.say("actionOf", { name: this.action(service, name), product })));
    return phrases;
  }

  private pattern(product: string, pattern: string): string {
    const [head, tail] = [pattern.slice(0, -1), pattern.slice(1)];
    if (pattern.endsWith("*") && !head.includes("*")) return this.say("actionsStarting", { product, pattern: head });
    if (pattern.startsWith("*") && !tail.includes("*")) return this.say("actionsEnding", { product, pattern: tail });
    return this.say("actionsMatching", { product, pattern });
  }

  private action(service: string, name: string): string {
    const known = this.catalogue.known.get(service)?.Actions.find((action) => action.Name === name);
    return known && this.language === "zh-CN" && known.TitleZh ? `${known.TitleZh} ${name}` : name;
  }

  private product(service: string): string {
    if (service === "*") return this.language === "zh-CN" ? "所有产品" : "every product";
    return service;
  }

  private resources(resources: readonly string[]): string {
    const names = resources.map(readResource);
    if (resources.length === 0 || names.some((name) => name.ok && name.any)) return this.say("allResources");
    if (resources.length > named) return this.say("onMany", { count: resources.length });
    return this.say("onOne", { list: this.list(resources.map((text) => this.resource(text)), "and") });
  }

  private resource(text: string): string {
    const read = readResource(text);
    if (!read.ok || read.any) return text;
    let phrase = this.path(text, read.name);
    if (read.name.region && read.name.region !== "*") phrase = this.say("inRegion", { resource: phrase, region: read.name.region });
    const account = this.account(read.name.account);
    return account ? this.say("ofAccount", { resource: phrase, account }) : phrase;
  }

  private path(text: string, name: ResourceName): string {
    if (name.path === "*" || name.path === "*/*") return this.say("everyThingOf", { product: this.product(name.service || "*") });
    const types = this.catalogue.known.get(name.service.toLowerCase())?.ResourceTypes ?? [];
    const type = types.find((known) => match(known.Template, text));
    const slash = name.path.indexOf("/");
    const prefix = slash < 0 ? "" : name.path.slice(0, slash);
    const title = type ? this.title(type, type.Prefix) : prefix;
    const rest = slash < 0 ? name.path : name.path.slice(slash + 1);
    if (!title) return name.path;
    return rest === "*" ? this.say("everyOf", { type: title }) : this.say("oneOf", { type: title, path: rest });
  }

  private account(segment: string): string {
    if (segment === "*" || segment.endsWith("/*")) return this.say("everyAccount");
    if (segment === "anonymous" || segment === "anyone") return this.say("anyoneAccount");
    const [kind, id = ""] = segment.split("/");
    if (id === "" || id === "-1") return "";
    return kind === "uid" ? this.say("appAccount", { appid: id }) : this.say("oneAccount", { uin: id });
  }

  private principal(text: string): string {
    if (/:(?:anonymous|anyone):(?:anonymous|anyone)$/.test(text)) return this.say("anyone");
    const found = /^qcs::cam::uin\/(\d+):(.+)$/.exec(text);
    const [uin = "", path = ""] = [found?.[1], found?.[2]];
    if (path === "root" || path === `uin/${uin}`) return this.say("wholeAccount", { uin });
    const slash = path.indexOf("/");
    const [kind, id] = [path.slice(0, slash), path.slice(slash + 1)];
    if (kind === "uin") return this.say("userOf", { uin, user: id });
    if (kind === "role" || kind === "roleName") return this.say("roleOf", { uin, role: id });
    if (kind.endsWith("-provider")) return this.say("provider", { uin, name: id });
    return text;
  }

  private conditions(conditions: readonly Condition[]): string {
    if (conditions.length === 0) return "";
    return this.say("condition", { list: this.list(conditions.map((condition) => this.condition(condition)), "and") });
  }

  private condition({ operator, key, values }: Condition): string {
    const known = keyNamed(this.catalogue, key);
    let subject = known ? this.title(known, key) : key;
    if (operator.qualifier === "for_any_value:") subject = this.say("anyValue", { key: subject });
    if (operator.qualifier === "for_all_value:") subject = this.say("allValues", { key: subject });
    if (operator.base === "null_equal") {
      return this.say(values.includes("true") ? "keyAbsent" : "keyPresent", { key: subject });
    }
    const words = operatorMessages[operator.base];
    const phrase = this.say("keyCondition", {
      key: subject,
      operator: this.language === "zh-CN" ? words[1] : words[0],
      values: this.list(values, "or"),
    });
    return operator.ifExist ? this.say("ifExist", { condition: phrase }) : phrase;
  }

  /** A list in words: what is behind the first few is counted. */
  private list(parts: readonly string[], word: "and" | "or"): string {
    const shown = parts.length > named + 1 ? [...parts.slice(0, named), this.say("andMore", { count: parts.length - named })] : parts;
    const [first = "", ...others] = shown;
    const last = others.pop();
    if (last === undefined) return first;
    return this.say(word, { first: [first, ...others].join(this.say("comma")), last });
  }

  /** A title inside a sentence: without the capital that it begins with, unless it is an abbreviation. */
  private title(item: { Title: string; TitleZh: string }, name: string): string {
    return titled(item, this.language, name).replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());
  }

  private say(key: keyof typeof summaryMessages, values?: Values): string {
    return say(summaryMessages, this.language, key, values);
  }
}
