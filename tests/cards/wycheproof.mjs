// Reads signatures from standard input, says which of them the page's own module takes.
import { readFileSync } from "node:fs";

const { holds } = await import(`${process.argv[2]}/verify-card.mjs`);
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const taken = [];
for (const one of JSON.parse(readFileSync(0, "utf8")).vectors) {
  taken.push(await holds({ signature: bytes(one.signature), input: bytes(one.message) }, bytes(one.key)));
}
process.stdout.write(JSON.stringify({ taken }));
