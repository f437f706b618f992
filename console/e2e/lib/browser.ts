import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, test as base } from "vitest";

const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let browser: Promise<Browser> | undefined;

function sharedBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: executable, headless: true, args: flags });
  return browser;
}

export type Language = "en-US" | "zh-CN";

export interface PageOptions {
  url: string;
  language?: Language;
  theme?: "light" | "dark";
  width?: number;
  height?: number;
  /** The browser's user agent, such as that of WeCom. */
  userAgent?: string;
  /** A session to go on with: the answer of `saved`. */
  state?: Awaited<ReturnType<BrowserContext["storageState"]>>;
  /** Statuses of answers that the journey expects beside 401, which every first visit has. */
  expected?: readonly number[];
}

type Open = (options: PageOptions) => Promise<Page>;

/**
 * A test with `open`, which gives a page in a browser of its own that remembers nothing. At the end the test fails if any of
 * its pages had an uncaught error, an error in its console, or something that the Content-Security-Policy refused.
 */
export const test = base.extend<{ open: Open }>({
  open: async ({}, use) => {
    const contexts: BrowserContext[] = [];
    const problems: string[] = [];
    await use(async (options) => {
      const context = await newContext(options);
      contexts.push(context);
      const page = await context.newPage();
      context.on("page", (other) => watch(other, options, problems));
      watch(page, options, problems);
      return page;
    });
    for (const context of contexts) await context.close();
    if (problems.length > 0) throw new Error(`the page had problems:\n${problems.join("\n")}`);
  },
});

afterAll(async () => {
  const launched = await browser;
  browser = undefined;
  await launched?.close();
});

async function newContext(options: PageOptions): Promise<BrowserContext> {
  const context = await (await sharedBrowser()).newContext({
    baseURL: options.url,
    locale: options.language ?? "en-US",
    colorScheme: options.theme ?? "light",
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
    ...(options.userAgent ? { userAgent: options.userAgent } : {}),
    ...(options.state ? { storageState: options.state } : {}),
  });
  context.setDefaultTimeout(10_000);
  return context;
}

function watch(page: Page, { expected = [] }: PageOptions, problems: string[]): void {
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && !message.text().includes("Content Security Policy")) return;
    // The browser says so of every answer that is no success. 401 is how a visit without session begins.
    const status = Number(/responded with a status of (\d+)/.exec(message.text())?.[1] ?? 0);
    if (status === 401 || expected.includes(status)) return;
    problems.push(`console: ${message.text()} (${message.location().url})`);
  });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails if axe finds something serious or critical in the page as it is now. */
export async function axe(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const results = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (root: Document, options: object) => Promise<AxeResults> } };
    return axe.run(document, { resultTypes: ["violations"] });
  });
  const found = results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html} ${node.any.map((check) => check.message).join("; ")}`));
  if (found.length > 0) throw new Error(`axe at ${page.url()}:\n${found.join("\n")}`);
}

/** Keeps a picture of the page, where SHOTS names a directory for them. */
export async function shot(page: Page, name: string): Promise<void> {
  const directory = process.env.SHOTS;
  if (!directory) return;
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: join(directory, `${name}.png`) });
}

/** Fails if the page is wider than its window: nothing may need scrolling sideways but tables and code inside. */
export async function fits(page: Page): Promise<void> {
  const over = await page.evaluate(() => {
    const main = document.querySelector("main");
    return Math.max(document.documentElement.scrollWidth - innerWidth, main ? main.scrollWidth - main.clientWidth : 0);
  });
  if (over > 0) throw new Error(`${page.url()} is ${over} pixels wider than its window`);
}
