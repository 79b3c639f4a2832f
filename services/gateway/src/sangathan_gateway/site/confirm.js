// Shows a person what they are said to have agreed to, and sends their yes, or "this is not me". The link stands behind
// the #, so that no server's log has it; nothing is kept on the device.
"use strict";

const link = decodeURIComponent(location.hash.slice(1));
const element = (id) => document.getElementById(id);
const told = element("told");
// What is refused is told in whichever of the two languages the browser prefers.
const prefers = (navigator.languages || []).map((one) => one.slice(0, 2)).find((one) => one === "hi" || one === "en");
const languages = prefers === "en" ? "en, hi;q=0.5" : "hi, en;q=0.5";
let language = null;

function tell(text) {
  told.textContent = text;
  told.focus();
}

async function ask(path, body) {
  const headers = { "Content-Type": "application/json", "Accept-Language": languages };
  const reply = await fetch(path, { method: "POST", headers, body: JSON.stringify({ link, ...body }) });
  const answer = await reply.json();
  if (!reply.ok) {
    throw new Error([answer.title, answer.detail].filter(Boolean).join("\n"));
  }
  return answer;
}

function line(parent, tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  parent.append(made);
}

function list(parent, texts) {
  const made = document.createElement("ul");
  texts.forEach((text) => line(made, "li", text));
  parent.append(made);
}

// Only the purposes that were agreed to, or all of them where the notice is not the one that was agreed to.
function showNotice(place, notice, agreed) {
  line(place, "h3", notice.title);
  line(place, "p", notice.intro);
  for (const purpose of notice.purposes.filter((one) => !agreed || agreed.has(one.code))) {
    line(place, "h4", purpose.title);
    list(place, purpose.data);
    line(place, "p", `${purpose.why} ${purpose.kept}`);
  }
  list(place, notice.rights);
  line(place, "p", notice.complaints);
  place.lang = notice.language;
}

function show(answer) {
  element("name").textContent = [answer.name.hi, answer.name.en].filter(Boolean).join(" · ");
  element("unit").textContent = `${answer.unit.hi} · ${answer.unit.en}`;
  const notice = element("notice");
  notice.replaceChildren();
  if (answer.notice) {
    showNotice(notice, answer.notice, new Set(answer.agreed.map((one) => one.purpose)));
  }
  const newer = element("newer-notice");
  newer.replaceChildren();
  element("newer").hidden = !answer.newer;
  if (answer.newer) {
    showNotice(newer, answer.newer, null);
  }
  element("confirm").hidden = answer.confirmed;
  element("confirmed").hidden = !answer.confirmed;
  // The code that has confirmed shows nothing again.
  element("languages").hidden = answer.confirmed;
  element("shown").hidden = false;
  element("shown").focus();
}

function on(id, event, act) {
  element(id).addEventListener(event, (happened) => {
    happened.preventDefault();
    told.textContent = "";
    act().catch((error) => tell(error.message || "फिर प्रयास करें। · Please try again."));
  });
}

const look = async (more) => show(await ask("/v1/consent-confirmations", { code: element("code").value, language, ...more }));

on("look", "submit", () => look({}));
for (const wanted of ["hi", "en"]) {
  on(`in-${wanted}`, "click", () => {
    language = wanted;
    return look({});
  });
}
on("confirm", "click", async () => {
  await look({ confirmed: true });
  tell("धन्यवाद, पुष्टि हो गई। · Thank you, it is confirmed.");
});
on("not-me", "click", async () => {
  const answer = await ask("/v1/record-denials", {});
  const secret = answer.secret ? ` / ${answer.secret}` : "";
  tell(`यह अभिलेख अब किसी सूची में नहीं है। संख्या · It is in no list any more. Number: ${answer.reference}${secret}`);
  element("look").hidden = true;
  element("shown").hidden = true;
});
on("again", "click", async () => {
  await ask("/v1/consent-confirmation-codes", {});
  tell("कोड भेजा जा रहा है। · A code is on its way.");
});

if (!link) {
  element("without-link").hidden = false;
  for (const id of ["look", "not-me", "again"]) {
    element(id).hidden = true;
  }
}
