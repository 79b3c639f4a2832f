// The public page on which anybody checks a membership card. It checks by itself, without network, from the keys and the
// status list it has loaded; with a network it then asks what the bearer's unit and offices are today.

import { entry, pair } from "/both.js";
import { check, NotSigned, readKeys, readList } from "/verify-card.js";

const TEXTS = {
  valid: ["good", "यह कार्ड मान्य है", "This card is good"],
  revoked: ["bad", "यह कार्ड अब मान्य नहीं है: वापस लिया जा चुका है", "This card is no longer good: it has ended"],
  expired: ["bad", "इस कार्ड की अवधि बीत चुकी है", "This card has expired"],
  "not-yet-valid": ["bad", "यह कार्ड अभी मान्य नहीं है; अपने फ़ोन की घड़ी देखें", "This card is not good yet; look at your phone's clock"],
  forged: ["bad", "यह कार्ड असली नहीं है: हस्ताक्षर मेल नहीं खाता", "This card is not genuine: its signature does not fit"],
  "unknown-key": ["unsure", "यह कार्ड ऐसी कुंजी से बना है जो यहाँ ज्ञात नहीं", "This card was made with a key that is not known here"],
  "not-a-card": ["bad", "यह सदस्यता कार्ड का कोड नहीं है", "This is not the code of a membership card"],
  "status-unknown": [
    "unsure",
    "कार्ड असली है, पर यह नहीं कहा जा सकता कि बाद में वापस लिया गया या नहीं",
    "The card is genuine; whether it has ended since cannot be said",
  ],
  "needs-network": ["unsure", "अभी जाँच नहीं हो सकती; नेटवर्क चाहिए", "It cannot be checked just now; a network is needed"],
};
const LABELS = {
  name: ["नाम (कुछ अक्षर छिपे)", "Name, partly hidden"],
  unit: ["इकाई", "Unit"],
  office: ["दायित्व", "Office"],
  until: ["इस तिथि तक मान्य", "Good until"],
};
const WITHOUT_NETWORK = ["बिना नेटवर्क के जाँचा गया; इकाई और दायित्व नेटवर्क होने पर दिखते हैं", "Checked without network; unit and offices show with one"];
const TODAY = ["अभी, अभिलेख से जाँचा गया", "Checked just now against the record"];
const AS_OF = ["वापस लिए गए कार्डों की सूची", "List of ended cards"];
const NO_LIST = ["जाँच की सामग्री अभी नहीं आई है", "What is needed to check has not arrived yet"];

const at = (id) => document.getElementById(id);
const known = { keys: null, list: null };
let newest = 0;

async function fetched(path) {
  const reply = await fetch(path, { headers: { accept: "*/*" } });
  if (!reply.ok) throw new Error(String(reply.status));
  return new Uint8Array(await reply.arrayBuffer());
}

// Newest keys and list; what was loaded before stays when they do not come, or are not what they should be.
export async function load() {
  try {
    const [keys, list] = await Promise.all([fetched("/v1/card-keys"), fetched("/v1/card-status-list")]);
    known.keys = readKeys(keys);
    known.list = await readList(list, known.keys);
  } catch (error) {
    console.info("keys and list were not renewed", error.name);
  }
  const date = known.list ? new Date(known.list.issuedAt * 1000) : null;
  pair(at("asof"), date ? AS_OF.map((text, n) => `${text}: ${date.toLocaleString(n ? "en-IN" : "hi-IN")}`) : NO_LIST);
}

async function askedToday(text) {
  const reply = await fetch("/v1/card-verifications", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ qr: text }),
  });
  if (!reply.ok) throw new Error(String(reply.status));
  return reply.json();
}

export async function show(given) {
  const text = given.replace(/^[\r\n\t]+|[\r\n\t]+$/g, "");
  newest += 1;
  const mine = newest;
  const said = await checkedHere(text);
  if (mine !== newest) return;
  render(said, WITHOUT_NETWORK);
  if (text.length > 1000 || said.verdict === "not-a-card") return;
  try {
    const today = await askedToday(text);
    if (mine === newest) render({ verdict: today.verdict, today }, TODAY);
  } catch (error) {
    console.info("without network", error.name);
  }
}

async function checkedHere(text) {
  if (!known.keys) return { verdict: "needs-network" };
  try {
    return await check(text, known.keys, known.list, Math.floor(Date.now() / 1000));
  } catch (error) {
    // A browser without Ed25519 in WebCrypto cannot check by itself, and says so instead of guessing.
    if (error instanceof NotSigned) return { verdict: "not-a-card" };
    return { verdict: "needs-network" };
  }
}

function render(said, how) {
  const [kind, hindi, english] = TEXTS[said.verdict] ?? TEXTS["needs-network"];
  at("result").hidden = false;
  at("result").dataset.kind = kind;
  pair(at("verdict"), [hindi, english]);
  pair(at("advice"), said.verdict === "needs-network" ? ["", ""] : how);
  at("facts").replaceChildren(...facts(said).flatMap(([label, values]) => [entry("dt", LABELS[label]), entry("dd", values)]));
}

// What a good card shows, and nothing of any other: from the record of today, else from the card itself.
function facts({ verdict, card, today }) {
  if (verdict !== "valid" && verdict !== "status-unknown") return [];
  if (today) {
    const offices = today.offices.map((held) => ["office", ["hi", "en"].map((l) => `${held.office[l]}, ${held.unit[l]}`)]);
    return [["name", [today.name.hi, today.name.en]], ["unit", [today.unit.hi, today.unit.en]], ...offices, until(Date.parse(today.expires_at))];
  }
  return [["name", [card.nameHi, card.nameEn]], until(card.expiresAt * 1000)];
}

function until(moment) {
  const format = { day: "numeric", month: "long", year: "numeric", timeZone: "Asia/Kolkata" };
  return ["until", ["hi-IN", "en-IN"].map((locale) => new Date(moment).toLocaleDateString(locale, format))];
}

// The camera, where the browser can read QR codes itself; nothing that it sees leaves the page.
async function scan() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const [video, detector] = [at("video"), new BarcodeDetector({ formats: ["qr_code"] })];
  const stop = () => {
    stream.getTracks().forEach((track) => track.stop());
    for (const id of ["video", "stop"]) at(id).hidden = true;
  };
  at("stop").onclick = stop;
  for (const id of ["video", "stop"]) at(id).hidden = false;
  video.srcObject = stream;
  await video.play();
  while (stream.active) {
    const [found] = await detector.detect(video);
    if (found) {
      stop();
      at("code").value = found.rawValue;
      await show(found.rawValue);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function offerCamera() {
  if (!("BarcodeDetector" in globalThis) || !navigator.mediaDevices) return;
  if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
  at("camera").hidden = false;
  at("scan").addEventListener("click", () => scan().catch((error) => console.info("no camera", error.name)));
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  show(at("code").value);
});
addEventListener("online", load);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/verify-worker.js", { scope: "/verify" }).catch(() => {});
load();
offerCamera();
