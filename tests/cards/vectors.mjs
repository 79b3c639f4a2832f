// Reads vectors from standard input, gives the page's verdicts on them: the page's own module, in a JavaScript engine.
import { readFileSync } from "node:fs";

const { check, readKeys, readList } = await import(`${process.argv[2]}/verify-card.mjs`);
const given = JSON.parse(readFileSync(0, "utf8"));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const attempt = async (read) => {
  try {
    await read();
    return "read";
  } catch (error) {
    return error.constructor.name;
  }
};

const keys = readKeys(bytes(given.keys));
const verdicts = [];
for (const one of given.vectors) {
  const list = one.list === null ? null : await readList(bytes(one.list), keys);
  verdicts.push(await check(one.text, keys, list, one.now));
}
const sets = [];
for (const set of given.sets) sets.push(await attempt(() => readKeys(bytes(set))));
const lists = [];
for (const list of given.lists) lists.push(await attempt(() => readList(bytes(list), keys)));
process.stdout.write(JSON.stringify({ verdicts, sets, lists }));
