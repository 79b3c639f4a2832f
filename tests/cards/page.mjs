// Plays the public page and its worker without a browser: a document of a few lines, and a network that can be cut.
import { readFileSync } from "node:fs";

const [folder] = process.argv.slice(2);
const given = JSON.parse(readFileSync(0, "utf8"));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const network = { up: true, today: null, asked: [] };
const fixed = { "/v1/card-keys": bytes(given.keys), "/v1/card-status-list": bytes(given.list) };

globalThis.fetch = async (path, options = {}) => {
  if (!network.up) throw new TypeError("no network");
  network.asked.push(`${options.method ?? "GET"} ${path}`);
  return options.method === "POST" ? Response.json(network.today) : new Response(fixed[path] ?? path);
};
Date.now = () => given.now * 1000;
console.info = () => {};

class Element {
  hidden = true;
  dataset = {};
  children = [];
  textContent = "";
  addEventListener() {}
  replaceChildren(...children) {
    this.children = children;
  }
  get text() {
    return this.textContent + this.children.map((child) => child.text).join("|");
  }
}
const elements = {};
globalThis.document = {
  getElementById: (id) => (elements[id] ??= new Element()),
  createElement: () => new Element(),
};
globalThis.addEventListener = () => {};

async function shown(page, text) {
  network.asked = [];
  await page.show(text);
  const { result, verdict, facts, advice } = elements;
  return { kind: result.dataset.kind, verdict: verdict.text, facts: facts.text, advice: advice.text, asked: network.asked };
}

const said = {};
network.up = false;
const bare = await import(`${folder}/verify.mjs?bare`);
said.never_loaded = await shown(bare, given.good);

network.up = true;
const page = await import(`${folder}/verify.mjs`);
await page.load();
network.up = false;
said.good = await shown(page, given.good);
said.revoked = await shown(page, given.revoked);
said.forged = await shown(page, given.forged);
network.up = true;
said.no_card = await shown(page, "https://example.org/");
network.today = given.today;
said.today = await shown(page, given.good);
network.today = { ...given.today, verdict: "revoked", name: null, unit: null, offices: [] };
said.revoked_today = await shown(page, given.good);

// The worker, with a cache of a few lines.
const kept = new Map();
const cache = {
  addAll: async (paths) => {
    for (const path of paths) kept.set(path, await fetch(path));
  },
  put: async (path, reply) => kept.set(path, reply),
  match: async (path) => kept.get(path)?.clone(),
};
globalThis.caches = { open: async () => cache, keys: async () => ["verify-1", "verify-2"], delete: async (name) => said.dropped.push(name) };
said.dropped = [];
const listeners = {};
globalThis.self = {
  addEventListener: (name, listener) => (listeners[name] = listener),
  skipWaiting: async () => {},
  clients: { claim: async () => {} },
  location: { origin: "http://127.0.0.1:8000" },
};
await import(`${folder}/verify-worker.mjs`);
for (const name of ["install", "activate"]) {
  await new Promise((done, failed) => listeners[name]({ waitUntil: (promise) => promise.then(done, failed) }));
}
network.up = false;
said.kept = {};
for (const [method, url] of given.requests) {
  let answer = null;
  listeners.fetch({ request: { method, url }, respondWith: (promise) => (answer = promise) });
  said.kept[`${method} ${url}`] = answer === null ? null : (await answer).status;
}
process.stdout.write(JSON.stringify(said));
