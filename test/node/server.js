// A server of the binary in HUFU_BINARY, on a directory of its own.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const binary = process.env.HUFU_BINARY;
assert.ok(binary, "HUFU_BINARY is not set: start the tests with ./run");

// The embedded database, or PostgreSQL.
const database = process.env.HUFU_TEST_DATABASE ? ["--database", process.env.HUFU_TEST_DATABASE] : [];

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("HUFU_")));

export class Server {
  static async start() {
    const server = new Server();
    server.data = mkdtempSync(join(tmpdir(), "hufu-node-"));
    const args = ["serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--data", server.data, ...database];
    server.process = spawn(binary, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    server.exit = once(server.process, "exit");
    process.once("exit", () => server.process.kill("SIGKILL"));
    for await (const line of createInterface({ input: server.process.stdout })) {
      const [, api, ops] = line.match(/serves the API on http:\/\/(\S+) and health and metrics on http:\/\/(\S+)/) ?? [];
      if (api) {
        Object.assign(server, { api, ops });
        return server;
      }
    }
    throw new Error("the server ended before it announced its addresses");
  }

  // A root account of its own for whoever asks.
  createAccount() {
    this.accounts = (this.accounts ?? 0) + 1;
    const args = ["account", "create", "--name", `node ${this.accounts}`, "--data", this.data, ...database];
    return JSON.parse(execFileSync(binary, args, { env, encoding: "utf8" }));
  }

  async stop() {
    const metrics = await (await fetch(`http://${this.ops}/metrics`)).text();
    assert.doesNotMatch(metrics, /^hufu_undeclared_codes_total\{|^hufu_calls_total\{.*outcome="InternalError/m);
    this.process.kill("SIGTERM");
    const [code, signal] = await this.exit;
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, "how the server ends after SIGTERM");
    rmSync(this.data, { recursive: true });
  }
}
