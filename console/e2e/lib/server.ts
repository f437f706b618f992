import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";

const binary = process.env.HUFU_BINARY ?? fileURLToPath(new URL("../../../bin/hufu", import.meta.url));

/** What the first start made, and where it serves. */
export interface Server {
  /** Without a slash at the end. */
  url: string;
  ops: string;
  root: { uin: string; name: string; password: string };
  /** Everything that it printed. */
  output: () => string;
  stop: () => Promise<void>;
}

interface Options {
  args?: readonly string[];
  env?: Record<string, string>;
}

/** A demonstration: an invented company's account, and the stand-in for WeCom that it is linked to. */
export interface Demo extends Server {
  /** Password of the sub-users. */
  userPassword: string;
  wecom: { url: string; corpId: string; agentId: string; secret: string };
}

export const rootPassword = "First-Password-1";

/** Starts hufu on an empty data directory. */
export async function startServer({ args = [], env = {} }: Options = {}): Promise<Server> {
  const found = /serves the API on (https?:\/\/\S+) and health and metrics on (http:\/\/\S+)\n/;
  const process = await start(["serve", ...args], { HUFU_BOOTSTRAP_PASSWORD: rootPassword, HUFU_RATE_LIMIT: "off", ...env }, found);
  const uin = part(/^\s+uin\s+(\d+)$/m, process.output());
  return { ...process, root: { uin, name: "root", password: rootPassword } };
}

/** Starts the demonstration, made anew. */
export async function startDemo(): Promise<Demo> {
  const found = /^\s+console\s+(http:\/\/\S+)\/console\/$[^]*^\s+health\s+(http:\/\/\S+)$[^]*^\s+curl/m;
  const process = await start(["demo", "--wecom-listen", "127.0.0.1:0"], {}, found);
  const output = process.output();
  return {
    ...process,
    root: { uin: part(/\b(1\d{11})\b/, output), name: part(/account (\S+), password/, output), password: part(/account \S+, password (\S+)/, output) },
    userPassword: part(/all with the password (\S+):/, output),
    wecom: {
      url: part(/^\s+(?:WeCom\s+)?(http:\/\/\S+)\/admin\/ is its/m, output),
      corpId: part(/corpid ([^\s,]+)/, output),
      agentId: part(/agentid (\d+)/, output),
      secret: part(/agentid \d+, secret (\S+)/, output),
    },
  };
}

function part(pattern: RegExp, output: string): string {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`hufu printed nothing like ${pattern}:\n${output}`);
  return found;
}

/** Starts a command and waits until it has printed its addresses: those of the API and of the operator. */
async function start(command: readonly string[], env: Record<string, string>, addresses: RegExp): Promise<Omit<Server, "root">> {
  const data = await mkdtemp(join(tmpdir(), "hufu-e2e-"));
  const child = spawn(binary, [...command, "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--data", data], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  const deadline = Date.now() + 50_000;
  for (;;) {
    const found = addresses.exec(output);
    if (found?.[1] && found[2]) return { url: found[1], ops: found[2], output: () => output, stop };
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`hufu did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A server for all tests of a file. */
export function useServer(options: Options = {}): { readonly current: Server } {
  return useRunning(() => startServer(options));
}

/** A demonstration for all tests of a file. */
export function useDemo(): { readonly current: Demo } {
  return useRunning(startDemo);
}

function useRunning<S extends Server>(begin: () => Promise<S>): { readonly current: S } {
  let server: S | undefined;
  beforeAll(async () => {
    server = await begin();
  });
  afterAll(() => server?.stop());
  return {
    get current() {
      if (!server) throw new Error("the server runs inside of tests only");
      return server;
    },
  };
}
