// The public page on which anybody checks a statement that they were shown. What it says is shown from the signed text
// and not from the paper, on which somebody may have changed a word.

import { entry, pair } from "/both.js";

const VERDICTS = {
  stands: ["good", "यह कथन असली है और मान्य है", "This statement is genuine and stands"],
  replaced: [
    "bad",
    "यह कथन अब मान्य नहीं: बाद के निर्णय ने इसकी जगह ले ली है",
    "This statement stands no more: a later decision has replaced it",
  ],
  forged: ["bad", "यह कथन हमारा नहीं है, या बदला गया है", "This statement is not ours, or it was changed"],
  unasked: ["unsure", "अभी जाँच नहीं हो सकी; थोड़ी देर बाद फिर प्रयास करें", "It could not be checked just now; try again shortly"],
};
const COMPARE = ["काग़ज़ पर यही लिखा हो, तभी मानें", "Trust the paper only if it says the same"];
const KINDS = {
  "not-on-record": ["इस तिथि को हमारे अभिलेख में नहीं", "Not on our record on this date"],
  "on-record": ["इस तिथि को हमारे अभिलेख में दर्ज कार्यकर्ता", "A worker on our record on this date"],
};
const LABELS = {
  kind: ["कथन", "Statement"],
  day: ["तिथि", "Date"],
  name: ["बताया गया नाम", "Name given"],
  phone: ["बताया गया फ़ोन", "Phone given"],
  office: ["बताया गया दायित्व", "Office claimed"],
  place: ["बताया गया स्थान", "Place named"],
  worker: ["नाम", "Name"],
  of: ["इकाई", "Unit"],
  reference: ["मामला संख्या", "Case number"],
  issuer: ["जारी किया", "Issued by"],
};

const at = (id) => document.getElementById(id);
let newest = 0;

async function asked(statement) {
  const reply = await fetch("/v1/statement-verifications", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ statement }),
  });
  // What is far too long or no text at all was not signed by us either.
  if (reply.status === 413 || reply.status === 422) return { genuine: false };
  if (!reply.ok) throw new Error(String(reply.status));
  return reply.json();
}

async function check(text) {
  newest += 1;
  const mine = newest;
  const said = await asked(text).catch(() => null);
  if (mine === newest) render(said);
}

function render(said) {
  const verdict = said === null ? "unasked" : said.genuine ? said.standing : "forged";
  const [kind, hindi, english] = VERDICTS[verdict];
  at("result").hidden = false;
  at("result").dataset.kind = kind;
  pair(at("verdict"), [hindi, english]);
  pair(at("advice"), said?.claims ? COMPARE : []);
  const shown = said?.claims ? facts(said.claims) : [];
  at("facts").replaceChildren(...shown.flatMap(([label, texts]) => [entry("dt", LABELS[label]), entry("dd", texts)]));
}

function facts(claims) {
  const { worker, claimed = {}, unit, issued_by: issuer } = claims;
  const same = (text) => [text];
  const told = ["name", "phone", "office", "place"].filter((name) => claimed[name]).map((name) => [name, same(claimed[name])]);
  const whom = worker ? [["worker", [worker.name_hi, worker.name_en]], ["of", [worker.unit.hi, worker.unit.en]]] : [];
  // A statement of an earlier release does not say at which unit its signer holds the office.
  const office = ["hi", "en"].map((language) => [issuer?.[language], (issuer?.unit ?? unit)[language]].filter(Boolean).join(", "));
  return [["kind", KINDS[claims.kind]], ["day", day(claims.issued_at)], ...whom, ...told, ["reference", same(claims.reference)], ["issuer", office]];
}

function day(moment) {
  const format = { day: "numeric", month: "long", year: "numeric", timeZone: "Asia/Kolkata" };
  return ["hi-IN", "en-IN"].map((locale) => new Date(moment).toLocaleDateString(locale, format));
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  check(at("text").value);
});
