// Checks a membership card without network: the same rules as the library sangathan-cards, on WebCrypto alone.
// One form is right: deterministic CBOR, exactly these headers, nothing behind the end. Whatever else is no card.

const PREFIX = "SGC1:";
const MOST_CHARACTERS = 1000;
const MOST_NAME = 200;
const MOST_LIST_BYTES = 1 << 24;
const LEEWAY_S = 300;
const LIST_TYPE = "application/statuslist+cwt";
const LIST_SUBJECT = "urn:sangathan:card-status-list";
const SIGN1 = 18;
const ED25519 = -19;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const P = 2n ** 255n - 19n;
const ORDER_EIGHT = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const SMALL_ORDER = new Set([0n, 1n, P - 1n, ORDER_EIGHT, P - ORDER_EIGHT]);

export class NotSigned extends Error {}

function refuse() {
  throw new NotSigned();
}

export function decodeBase45(text) {
  const out = [];
  for (let start = 0; start < text.length; start += 3) {
    const group = text.slice(start, start + 3);
    let number = 0;
    for (let place = group.length - 1; place >= 0; place -= 1) {
      const value = ALPHABET.indexOf(group[place]);
      if (value < 0) refuse();
      number = number * 45 + value;
    }
    if (group.length === 1 || number >= 256 ** (group.length - 1)) refuse();
    if (group.length === 3) out.push(number >> 8);
    out.push(number & 255);
  }
  return Uint8Array.from(out);
}

// CBOR, deterministic (RFC 8949, section 4.2). Arrays become arrays, maps become Maps, a tag becomes {tag, value}.
export function readCbor(bytes) {
  const reader = { bytes, at: 0, depth: 0 };
  const value = item(reader);
  if (reader.at !== bytes.length) refuse();
  return value;
}

function item(reader) {
  if (reader.at >= reader.bytes.length || reader.depth > 8) refuse();
  const first = reader.bytes[reader.at];
  reader.at += 1;
  const number = argument(reader, first & 31);
  switch (first >> 5) {
    case 0: return number;
    case 1: return -1 - number;
    case 2: return take(reader, number);
    case 3: return text(take(reader, number));
    case 4: return nested(reader, () => array(reader, number));
    case 5: return nested(reader, () => map(reader, number));
    case 6: return nested(reader, () => ({ tag: number, value: item(reader) }));
    default: return refuse();
  }
}

function argument(reader, short) {
  if (short < 24) return short;
  if (short > 27) refuse();
  const size = 1 << (short - 24);
  let number = 0;
  for (const byte of take(reader, size)) number = number * 256 + byte;
  const least = size === 1 ? 24 : 256 ** (size / 2);
  if (number < least || number > Number.MAX_SAFE_INTEGER) refuse();
  return number;
}

function take(reader, size) {
  if (size > reader.bytes.length - reader.at) refuse();
  reader.at += size;
  return reader.bytes.slice(reader.at - size, reader.at);
}

function text(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse();
  }
}

function nested(reader, read) {
  reader.depth += 1;
  const value = read();
  reader.depth -= 1;
  return value;
}

function array(reader, size) {
  const items = [];
  for (let n = 0; n < size; n += 1) items.push(item(reader));
  return items;
}

function map(reader, size) {
  const entries = new Map();
  let before = null;
  for (let n = 0; n < size; n += 1) {
    const start = reader.at;
    const key = item(reader);
    const encoded = reader.bytes.slice(start, reader.at);
    if (typeof key === "object" || (before && !ascends(before, encoded))) refuse();
    before = encoded;
    entries.set(key, item(reader));
  }
  return entries;
}

function ascends(one, other) {
  for (let n = 0; n < Math.min(one.length, other.length); n += 1) {
    if (one[n] !== other[n]) return one[n] < other[n];
  }
  return one.length < other.length;
}

function head(major, number) {
  if (number < 24) return [(major << 5) | number];
  if (number < 256) return [(major << 5) | 24, number];
  if (number < 65536) return [(major << 5) | 25, number >> 8, number & 255];
  return [(major << 5) | 26, (number >>> 24) & 255, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
}

function bytesItem(bytes) {
  return [...head(2, bytes.length), ...bytes];
}

const isBytes = (value) => value instanceof Uint8Array;
const isNumber = (value) => typeof value === "number" && value >= 0;
const isName = (value) => typeof value === "string" && [...value].length <= MOST_NAME;
const hasKeys = (value, keys) => value instanceof Map && value.size === keys.length && keys.every((key) => value.has(key));
const same = (one, other) => one.length === other.length && one.every((byte, n) => byte === other[n]);
export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// A COSE_Sign1 message: what is signed, by which key, and the signature; whether it holds is asked of `holds`.
export function openMessage(bytes, type) {
  const message = readCbor(bytes);
  const parts = message.tag === SIGN1 ? message.value : null;
  if (!Array.isArray(parts) || parts.length !== 4) refuse();
  const [sealed, open, payload, signature] = parts;
  if (!(open instanceof Map) || open.size || ![sealed, payload, signature].every(isBytes) || signature.length !== 64) {
    refuse();
  }
  const headers = readCbor(sealed);
  if (!hasKeys(headers, type ? [1, 4, 16] : [1, 4])) refuse();
  if (headers.get(1) !== ED25519 || !isBytes(headers.get(4)) || (type && headers.get(16) !== type)) refuse();
  const context = [...head(3, 10), ...new TextEncoder().encode("Signature1")];
  const signed = Uint8Array.from([0x84, ...context, ...bytesItem(sealed), 0x40, ...head(2, payload.length)]);
  const input = new Uint8Array(signed.length + payload.length);
  input.set(signed);
  input.set(payload, signed.length);
  return { kid: hex(headers.get(4)), payload, signature, input };
}

export async function holds(message, publicKey) {
  const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, message.signature, message.input);
}

// A COSE_KeySet as a Map of public keys by the hex of their ids.
export function readKeys(bytes) {
  const keys = new Map();
  const entries = readCbor(bytes);
  if (!Array.isArray(entries)) refuse();
  for (const entry of entries) {
    if (!hasKeys(entry, [1, 2, 3, -1, -2])) refuse();
    if (entry.get(1) !== 1 || entry.get(3) !== ED25519 || entry.get(-1) !== 6) refuse();
    const [kid, x] = [entry.get(2), entry.get(-2)];
    if (!isBytes(kid) || !isBytes(x) || !isSound(x) || keys.has(hex(kid))) refuse();
    keys.set(hex(kid), x);
  }
  return keys;
}

// A point whose order divides eight, or one written in a second way, is a key that anybody could sign for.
function isSound(x) {
  if (x.length !== 32) return false;
  const y = BigInt(`0x${hex(Uint8Array.from(x).reverse())}`) & (2n ** 255n - 1n);
  return y < P && !SMALL_ORDER.has(y);
}

export async function readList(bytes, keys) {
  const message = openMessage(bytes, LIST_TYPE);
  const key = keys.get(message.kid);
  if (!key || !(await holds(message, key))) refuse();
  const claims = readCbor(message.payload);
  if (!(claims instanceof Map) || claims.get(2) !== LIST_SUBJECT) refuse();
  const [expiresAt, issuedAt, list] = [claims.get(4), claims.get(6), claims.get(65533)];
  if (!isNumber(expiresAt) || !isNumber(issuedAt) || !(list instanceof Map) || list.get("bits") !== 1) refuse();
  if (!isBytes(list.get("lst"))) refuse();
  return { bits: await inflated(list.get("lst")), issuedAt, expiresAt };
}

async function inflated(packed) {
  const parts = [];
  let size = 0;
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const reader = stream.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      size += read.value.length;
      if (size > MOST_LIST_BYTES) refuse();
      parts.push(read.value);
    }
  } catch {
    refuse();
  }
  const bits = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bits.set(part, at);
    at += part.length;
  }
  return bits;
}

// True when the card has ended, false when not, null when the list does not reach so far.
function ended(list, index) {
  const byte = Math.floor(index / 8);
  return byte < list.bits.length ? ((list.bits[byte] >> (index % 8)) & 1) === 1 : null;
}

function openCard(given) {
  const trimmed = given.replace(/^[\r\n\t]+|[\r\n\t]+$/g, "");
  if (!trimmed.startsWith(PREFIX) || trimmed.length > MOST_CHARACTERS) refuse();
  const message = openMessage(decodeBase45(trimmed.slice(PREFIX.length)), "");
  const claims = readCbor(message.payload);
  if (!hasKeys(claims, [2, 4, 6, -65537])) refuse();
  const ours = claims.get(-65537);
  if (!Array.isArray(ours) || ours.length !== 3) refuse();
  const [index, nameHi, nameEn] = ours;
  const [number, expiresAt, issuedAt] = [claims.get(2), claims.get(4), claims.get(6)];
  if (![index, issuedAt, expiresAt].every(isNumber) || ![number, nameHi, nameEn].every(isName)) refuse();
  return { card: { number, index, nameHi, nameEn, issuedAt, expiresAt }, message };
}

function standing(card, list, now) {
  if (now < card.issuedAt - LEEWAY_S) return "not-yet-valid";
  if (now >= card.expiresAt) return "expired";
  const over = list ? ended(list, card.index) : null;
  if (over) return "revoked";
  if (over === null || now >= list.expiresAt) return "status-unknown";
  return "valid";
}

// The verdict on the text of a QR code at a Unix time, and what the card says once its signature holds.
export async function check(given, keys, list, now) {
  let opened;
  try {
    opened = openCard(given);
  } catch (error) {
    if (!(error instanceof NotSigned)) throw error;
    return { verdict: "not-a-card", card: null };
  }
  const key = keys.get(opened.message.kid);
  if (!key) return { verdict: "unknown-key", card: null };
  if (!(await holds(opened.message, key))) return { verdict: "forged", card: null };
  return { verdict: standing(opened.card, list, now), card: opened.card };
}
