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
  /** The command in place of "serve", such as ["demo"]. */
  command?: readonly string[];
  args?: readonly string[];
  env?: Record<string, string>;
}

export const rootPassword = "First-Password-1";

/** Starts hufu on an empty data directory. */
export async function startServer({ command = ["serve"], args = [], env = {} }: Options = {}): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), "hufu-e2e-"));
  const child = spawn(binary, [...command, "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--data", data, ...args], {
    env: { PATH: process.env.PATH ?? "", HUFU_BOOTSTRAP_PASSWORD: rootPassword, HUFU_RATE_LIMIT: "off", ...env },
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
  const addresses = /serves the API on (https?:\/\/\S+) and health and metrics on (http:\/\/\S+)\n/;
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = addresses.exec(output);
    if (found?.[1] && found[2]) {
      const uin = /^\s+uin\s+(\d+)$/m.exec(output)?.[1] ?? "";
      return { url: found[1], ops: found[2], root: { uin, name: "root", password: rootPassword }, output: () => output, stop };
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`hufu did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A server for all tests of a file. */
export function useServer(options: Options = {}): { readonly current: Server } {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await startServer(options);
  });
  afterAll(() => server?.stop());
  return {
    get current() {
      if (!server) throw new Error("the server runs inside of tests only");
      return server;
    },
  };
}
