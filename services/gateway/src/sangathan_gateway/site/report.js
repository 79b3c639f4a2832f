// Sends the public's report; shows the number to quote, or what would be accepted. Nothing is kept on the device.
"use strict";

const form = document.getElementById("report");
const told = document.getElementById("told");
// What is refused is told in whichever of the two languages the browser prefers.
const prefers = (navigator.languages || []).map((one) => one.slice(0, 2)).find((one) => one === "hi" || one === "en");
const languages = prefers === "en" ? "en, hi;q=0.5" : "hi, en;q=0.5";
const value = (id) => document.getElementById(id).value.trim() || null;

function tell(text) {
  told.textContent = text;
  told.focus();
}

// Sent again after a lost answer under the same key, a report is one report.
let key = crypto.randomUUID();

// Each file by itself under the report's number; gives what is to be said of those that were not taken.
async function sendFiles(reference) {
  const refused = [];
  for (const file of document.getElementById("files").files) {
    const headers = { "Content-Type": file.type, "Accept-Language": languages };
    const place = `/v1/case-reports/${encodeURIComponent(reference)}/files`;
    const reply = await fetch(place, { method: "POST", headers, body: file }).catch(() => null);
    if (!reply || !reply.ok) {
      const answer = reply ? await reply.json().catch(() => ({})) : {};
      refused.push(`${file.name}: नहीं ली गई · not taken. ${answer.title || ""}`.trim());
    }
  }
  return refused;
}

async function send() {
  const unit = new URLSearchParams(location.search).get("unit");
  const body = {
    unit_id: unit,
    claim: { name: value("name"), phone: value("phone"), office: value("office"), place: value("place") },
    what: value("what"),
    happened_on: value("day"),
    contact: value("contact"),
  };
  const headers = { "Content-Type": "application/json", "Accept-Language": languages, "Idempotency-Key": key };
  const reply = await fetch("/v1/case-reports", { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await reply.json();
  if (reply.ok) {
    key = crypto.randomUUID();
    const refused = await sendFiles(answer.reference);
    form.reset();
    tell([`धन्यवाद। आपकी सूचना की संख्या · Thank you. The number of your report: ${answer.reference}`, ...refused].join("\n"));
    return;
  }
  const places = (answer.errors || []).map((error) => `${error.pointer}: ${error.detail}`);
  tell([answer.title, answer.detail, ...places].filter(Boolean).join("\n"));
  if (reply.status < 500 && reply.status !== 429) {
    key = crypto.randomUUID();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send().catch(() => tell("भेजा नहीं जा सका; फिर प्रयास करें। · It could not be sent; please try again."));
});
