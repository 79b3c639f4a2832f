// Reads /openapi.json and shows every operation; nothing is loaded from elsewhere, and the token stays in this page.
"use strict";

function element(name, text, ...children) {
  const node = document.createElement(name);
  if (text) node.textContent = text;
  node.append(...children);
  return node;
}

function parameters(operation, values) {
  const table = element("table", "", element("tr", "", element("th", "Parameter"), element("th", "Value")));
  for (const parameter of operation.parameters || []) {
    const input = element("input");
    input.setAttribute("aria-label", parameter.name);
    values.push({ parameter, input });
    const name = element("td", `${parameter.name} (${parameter.in}${parameter.required ? ", required" : ""})`);
    name.append(element("p", parameter.description || ""));
    table.append(element("tr", "", name, element("td", "", input)));
  }
  return table;
}

function target(path, values, headers) {
  const query = new URLSearchParams();
  for (const { parameter, input } of values) {
    if (input.value === "") continue;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "query") query.append(parameter.name, input.value);
    else if (parameter.in === "header") headers[parameter.name] = input.value;
  }
  return query.size ? `${path}?${query}` : path;
}

async function send(method, path, values, body, output) {
  const headers = {};
  const token = document.getElementById("token").value;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const url = target(path, values, headers);
  try {
    const answer = await fetch(url, { method, headers, body: body ? body.value : undefined });
    const text = await answer.text();
    output.textContent = `${answer.status} ${answer.statusText}\n${[...answer.headers].map((h) => h.join(": ")).join("\n")}\n\n${text}`;
  } catch (error) {
    output.textContent = String(error);
  }
}

function responses(operation) {
  const table = element("table", "", element("tr", "", element("th", "Answer"), element("th", "Meaning")));
  for (const [status, answer] of Object.entries(operation.responses)) {
    const json = answer.content && answer.content["application/json"];
    const shown = json && json.example !== undefined ? [element("pre", JSON.stringify(json.example, null, 2))] : [];
    table.append(element("tr", "", element("td", status), element("td", answer.description, ...shown)));
  }
  return table;
}

function show(api, method, path, operation) {
  const summary = element("summary", "", element("b", method), element("code", path), element("span", operation.summary || ""));
  const box = element("details", "", summary);
  box.addEventListener("toggle", () => {
    if (box.childElementCount > 1) return;
    const values = [];
    const json = operation.requestBody && operation.requestBody.content["application/json"];
    const body = json ? element("textarea", JSON.stringify(json.example, null, 2)) : null;
    if (body) body.setAttribute("aria-label", "Body");
    const output = element("pre");
    const button = element("button", "Send");
    button.addEventListener("click", () => send(method, path, values, body, output));
    box.append(element("p", operation.description || ""), element("p", `Needs: ${operation["x-sangathan-action"]}`),
      parameters(operation, values), ...(body ? [body] : []), button, output, responses(operation));
  }, { once: false });
  box.dataset.text = `${method} ${path} ${operation.summary || ""} ${(operation.tags || []).join(" ")}`.toLowerCase();
  return box;
}

async function main() {
  const api = await (await fetch("/openapi.json")).json();
  document.getElementById("description").textContent = api.info.description;
  const all = document.getElementById("operations");
  for (const tag of api.tags) {
    const section = element("section", "", element("h2", tag.name));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if ((operation.tags || [])[0] === tag.name) section.append(show(api, method.toUpperCase(), path, operation));
      }
    }
    all.append(section);
  }
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const box of all.querySelectorAll("details")) box.hidden = !box.dataset.text.includes(wanted);
  });
}

main();
