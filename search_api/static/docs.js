// The documentation page: openapi.json, read from this very server, as text, tables and links.

import { inWords, nameOf } from "./schemas.js";

const content = document.getElementById("content");
const contents = document.getElementById("contents");

/** An element with attributes and children; texts stay texts, whatever is in them. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A text in which `words between backticks` are code. */
function prose(text) {
  return text.split("`").map((part, place) => (place % 2 ? make("code", {}, part) : part));
}

function words(schema) {
  return inWords(schema).map((part) => (part.ref ? make("a", { href: `#${part.ref}` }, part.ref) : part));
}

function table(headings, rows) {
  const head = make("tr", {}, headings.map((each) => make("th", { scope: "col" }, each)));
  const body = rows.map((cells) => make("tr", {}, cells.map((cell) => make("td", {}, cell))));
  return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, body)));
}

function listing(text) {
  // A region that scrolls has to be reachable by keyboard.
  return make("pre", { tabindex: "0" }, make("code", {}, text));
}

function needed(isNeeded) {
  return isNeeded ? make("span", { class: "needed" }, " needed") : null;
}

function fields(schema) {
  const wanted = new Set(schema.required ?? []);
  return table(
    ["field", "type", "what it says"],
    Object.entries(schema.properties ?? {}).map(([name, each]) => [
      [make("code", {}, name), needed(wanted.has(name))],
      words(each),
      prose(each.description ?? ""),
    ]),
  );
}

function parameters(list) {
  if (!list?.length) return [];
  const rows = list.map((each) => [
    [make("code", {}, each.name), needed(each.required)],
    words(each.schema),
    prose(each.description ?? ""),
  ]);
  return [make("h3", {}, "Parameters"), table(["parameter", "type", "what it says"], rows)];
}

function bodies(request, shapes) {
  return Object.entries(request?.content ?? {}).flatMap(([type, { schema }]) => {
    const shape = schema.$ref ? shapes[nameOf(schema.$ref)] : schema;
    const examples = (shape.examples ?? []).map((each) => listing(JSON.stringify(each, null, 2)));
    return [
      make("h3", {}, "Body as ", make("code", {}, type)),
      schema.properties && !schema.$ref ? fields(schema) : make("p", {}, words(schema)),
      ...examples,
    ];
  });
}

function answers(responses, shapes) {
  const rows = Object.entries(responses).map(([status, answer]) => {
    const schema = Object.values(answer.content ?? {})[0]?.schema;
    const shape = schema?.$ref ? [" ", make("a", { href: `#${nameOf(schema.$ref)}` }, nameOf(schema.$ref))] : null;
    return [
      make("code", status >= "400" ? { class: "status-bad" } : {}, status),
      [...prose(answer.description), shape].flat(),
    ];
  });
  const example = Object.values(responses["200"]?.content ?? {})[0]?.example;
  const shown = example && make(
    "details", {}, make("summary", {}, "An answer"), listing(JSON.stringify(example, null, 2)),
  );
  return [make("h3", {}, "Answers"), table(["status", "what it means"], rows), shown];
}

function command(path, method, operation, shapes) {
  const url = new URL(path.replace(/\{.*?\}/g, "665f1c").slice(1), document.baseURI).href;
  const json = operation.requestBody?.content?.["application/json"]?.schema;
  const example = json && (json.$ref ? shapes[nameOf(json.$ref)] : json).examples?.[0];
  const body = example ? ` -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(example)}'` : "";
  const photo = operation.requestBody?.content?.["multipart/form-data"]
    ? `\ncurl -F file=@photo.jpg '${url}?limit=5'` : "";
  return [make("h3", {}, "From a shell"), listing(`curl ${method === "get" ? "" : "-X POST "}'${url}'${body}${photo}`)];
}

function section(path, method, operation, shapes) {
  const guarded = operation.security?.length && !operation.security.some((each) => !Object.keys(each).length);
  return make(
    "section",
    { id: operation.operationId, "aria-labelledby": `${operation.operationId}-title` },
    make(
      "h2", { id: `${operation.operationId}-title` },
      make("span", { class: "method" }, method.toUpperCase()), make("code", {}, path),
    ),
    make("p", {}, prose(`${operation.summary}.`)),
    operation.description ? make("p", {}, prose(operation.description)) : null,
    guarded ? make("p", { class: "guarded" }, "Needs an API key.") : null,
    parameters(operation.parameters),
    bodies(operation.requestBody, shapes),
    answers(operation.responses, shapes),
    command(path, method, operation, shapes),
  );
}

function shape(name, schema) {
  return make(
    "section",
    { id: name, "aria-labelledby": `${name}-title` },
    make("h2", { id: `${name}-title` }, make("code", {}, name)),
    schema.description ? make("p", {}, prose(schema.description)) : null,
    schema.properties ? fields(schema) : make("p", {}, words(schema)),
  );
}

function index(title, entries) {
  const items = entries.map(([id, text]) => make("li", {}, make("a", { href: `#${id}` }, text)));
  return [make("strong", {}, title), make("ul", {}, items)];
}

function show(description) {
  const shapes = description.components.schemas;
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  document.getElementById("title").textContent = `${description.info.title} ${description.info.version}`;
  document.getElementById("about").append(...prose(description.info.description));
  contents.append(
    ...index("Operations", operations.map(({ path, method, operation }) => [operation.operationId, `${method.toUpperCase()} ${path}`])),
    ...index("Shapes", Object.keys(shapes).map((name) => [name, name])),
  );
  content.replaceChildren(
    ...operations.map(({ path, method, operation }) => section(path, method, operation, shapes)),
    ...Object.entries(shapes).map(([name, schema]) => shape(name, schema)),
  );
  // What the address names is there only now.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

try {
  const answer = await fetch("openapi.json");
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  show(await answer.json());
} catch (error) {
  const said = document.getElementById("said") ?? content.appendChild(make("p", { id: "said", role: "status" }));
  said.className = "failed";
  said.textContent = `The description could not be read (${error.message}). Reload the page to try again.`;
}
