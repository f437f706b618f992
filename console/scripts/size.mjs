// Fails when what the browser has to load before anything can be done is more than 300 KB of compressed script.
// The entry of index.html is loaded by every page; a page adds its own files.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const limit = 300_000;
const app = fileURLToPath(new URL("../dist/app/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${app}.vite/manifest.json`, "utf8"));

/** The files that a chunk brings: its own and what it imports, without what is fetched later. */
function files(/** @type {string} */ name, /** @type {Set<string>} */ found = new Set()) {
  const chunk = manifest[name];
  if (!chunk || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const imported of chunk.imports ?? []) files(imported, found);
  return found;
}

function sizeOf(/** @type {Set<string>} */ set) {
  let bytes = 0;
  for (const file of set) bytes += gzipSync(readFileSync(app + file), { level: 9 }).length;
  return bytes;
}

const entry = Object.keys(manifest).find((name) => manifest[name].isEntry);
if (!entry) throw new Error("the manifest has no entry: was the console built?");
const first = ["src/pages/sign-in/index.tsx", "src/pages/overview/index.tsx"].filter((name) => manifest[name]);
let tooLarge = false;
for (const page of first) {
  const bytes = sizeOf(files(page, files(entry)));
  console.log(`${page}: ${(bytes / 1000).toFixed(1)} kB of compressed script, ${limit / 1000} kB allowed`);
  tooLarge ||= bytes > limit;
}
if (first.length === 0 || tooLarge) process.exitCode = 1;
