// What is known of the products, as the editors need it.
import type {
  CatalogueAction,
  CatalogueConditionKey,
  CatalogueProduct,
  CatalogueResourceType,
  DescribeProductResponse,
} from "@/api/hufu.gen";

export type { CatalogueAction, CatalogueConditionKey, CatalogueProduct, CatalogueResourceType };

/** A product with everything that can be named of it. */
export type Product = DescribeProductResponse;

/** What is known: all products by name, and of some of them everything. */
export interface Catalogue {
  products: readonly CatalogueProduct[];
  known: ReadonlyMap<string, Product>;
}

export const emptyCatalogue: Catalogue = { products: [], known: new Map() };

/** Keys that every question carries, for when no product is known. Their titles come from the server where it is asked. */
export const commonKeys: readonly CatalogueConditionKey[] = [
  { Key: "qcs:ip", Type: "ip", Title: "address of the caller", TitleZh: "调用者的 IP 地址" },
  { Key: "qcs:current_time", Type: "date", Title: "time of the request", TitleZh: "请求时间" },
  { Key: "qcs:mfa", Type: "string", Title: "second factor (1 or 0)", TitleZh: "是否经过二次验证（1 或 0）" },
  { Key: "qcs:uin", Type: "string", Title: "uin of the caller", TitleZh: "调用者的账号 ID" },
  { Key: "qcs:owner_uin", Type: "string", Title: "uin of the caller's root account", TitleZh: "调用者的主账号 ID" },
  { Key: "qcs:request_tag", Type: "string", Title: "tag that the request passes (key&value)", TitleZh: "请求携带的标签（键&值）" },
  { Key: "qcs:resource_tag", Type: "string", Title: "tag of the resource (key&value)", TitleZh: "资源的标签（键&值）" },
];

/** Keys of trust policies besides. */
export const trustKeys: readonly CatalogueConditionKey[] = [
  { Key: "sts:external_id", Type: "string", Title: "external ID of AssumeRole", TitleZh: "扮演角色时的外部 ID" },
];

/** The keys that statements about these services may use, each once, those of the services first. */
export function keysFor(catalogue: Catalogue, services: readonly string[], trust = false): CatalogueConditionKey[] {
  const keys = new Map<string, CatalogueConditionKey>();
  const add = (key: CatalogueConditionKey) => keys.has(key.Key) || keys.set(key.Key, key);
  if (trust) trustKeys.forEach(add);
  for (const service of services) catalogue.known.get(service)?.ConditionKeys.forEach(add);
  commonKeys.forEach(add);
  return [...keys.values()];
}

export function keyNamed(catalogue: Catalogue, key: string): CatalogueConditionKey | undefined {
  for (const product of catalogue.known.values()) {
    const found = product.ConditionKeys.find((known) => known.Key === key);
    if (found) return found;
  }
  return [...commonKeys, ...trustKeys].find((known) => known.Key === key);
}

/** A title in a language; the other one's, or the name, where there is none. */
export function titled(item: { Title: string; TitleZh: string }, language: string, name: string): string {
  const [first, second] = language === "zh-CN" ? [item.TitleZh, item.Title] : [item.Title, item.TitleZh];
  return first || second || name;
}
