// The filters beside the results, made from an answer's facets: whatever a shop can filter by has its place here.

import { icon, make } from "./elements.js";
import { isRange } from "./query.js";

const AT_FIRST = 7;
// What most people look for first; a shop's own attributes come between, the brand last.
const FIRST = ["category", "price", "in_stock"];
const LAST = ["brand"];

const NAMES = { in_stock: "Availability" };
const spoken = (field) => {
  const words = NAMES[field] ?? field.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** What a filter's value is called. */
export function valueName(field, value) {
  if (field === "in_stock") return String(value) === "true" ? "In stock" : "Sold out";
  return String(value) === "true" ? "Yes" : String(value) === "false" ? "No" : String(value);
}

/** What a filter of bounds is called. */
export function rangeName(field, { gte, lte }, currency) {
  const unit = field === "price" ? (currency ?? "") : spoken(field).toLowerCase();
  const bounds = gte && lte ? `${gte}–${lte}` : gte ? `from ${gte}` : `up to ${lte}`;
  return `${bounds} ${unit}`.trim();
}

function ordered(fields) {
  const rank = (field) => (FIRST.includes(field) ? FIRST.indexOf(field) : LAST.includes(field) ? 99 : 50);
  return [...fields].sort((a, b) => rank(a) - rank(b));
}

/**
 * The filters in `place`. onChange(field, wanted) is called with a list of values, with {gte, lte}, or with null.
 *
 * show(facets, filters, currency) shows others. What is there stays where it is, so that nothing moves away under
 * a finger, and what has the focus keeps it; clear() lets go of it, for another subject.
 */
export function filterPanel(place, onChange) {
  const groups = new Map();

  function show(facets, filters, currency) {
    for (const field of ordered(new Set([...Object.keys(facets), ...Object.keys(filters)]))) {
      const counts = facets[field] ?? [];
      const wanted = filters[field];
      if (!groups.has(field)) {
        if (!counts.length && !wanted) continue;
        groups.set(field, group(field, isOfNumbers(field, counts, wanted), onChange));
        place.append(groups.get(field).element);
      }
      groups.get(field).show(counts, wanted, currency);
    }
  }

  function clear() {
    groups.clear();
    place.replaceChildren();
  }

  return { show, clear };
}

const isOfNumbers = (field, counts, wanted) =>
  field === "price" || counts.some(({ value }) => typeof value === "number") || isRange(wanted ?? []);

function group(field, ofNumbers, onChange) {
  const { elements, show } = ofNumbers ? range(field, onChange) : choices(field, onChange);
  const element = make("fieldset", { class: "group" }, make("legend", {}, spoken(field)), ...elements);
  return { element, show };
}

function choices(field, onChange) {
  const rows = new Map(); // value -> {item, input, count}
  const list = make("ul");
  const further = make("button", { type: "button", class: "link", onclick: open });
  let opened = false;
  let last = [];

  function row(value) {
    const input = make("input", { type: "checkbox", "data-key": `${field}=${value}` });
    const count = make("span", { class: "count" });
    const name = make("span", { class: "value" }, valueName(field, value));
    const item = make("li", {}, make("label", { class: "choice" }, input, name, count));
    input.addEventListener("change", () =>
      onChange(field, [...rows].filter(([, each]) => each.input.checked).map(([each]) => each)));
    list.append(item);
    return { item, input, count };
  }

  function show(counts, wanted = []) {
    last = [counts, wanted];
    const found = new Map(counts.map(({ value, count }) => [String(value), count]));
    for (const value of [...found.keys(), ...wanted]) if (!rows.has(value)) rows.set(value, row(value));
    let place = 0;
    for (const [value, { item, input, count }] of rows) {
      const chosen = wanted.includes(value);
      input.checked = chosen;
      count.textContent = String(found.get(value) ?? 0);
      const isThere = found.has(value) || chosen;
      item.hidden = !isThere || (!opened && !chosen && place >= AT_FIRST && found.size > AT_FIRST + 1);
      if (isThere) place += 1;
    }
    further.hidden = ![...rows.values()].some(({ item, count }) => item.hidden && count.textContent !== "0");
    further.replaceChildren(`All ${place}`, icon("down"));
  }

  function open() {
    const hidden = [...rows.values()].find(({ item, count }) => item.hidden && count.textContent !== "0");
    opened = true;
    show(...last);
    hidden?.input.focus();
  }

  return { elements: [list, further], show };
}

function range(field, onChange) {
  const bound = (word) => make("input", {
    type: "number", min: "0", step: "any", inputmode: "decimal", placeholder: word,
    "aria-label": `${spoken(field)}: ${word.toLowerCase()}`, onchange: changed,
  });
  const inputs = { gte: bound("From"), lte: bound("To") };
  const unit = make("span", { class: "unit" });

  function changed() {
    const [gte, lte] = [inputs.gte, inputs.lte].map((input) => (input.validity.valid ? input.value : ""));
    onChange(field, { gte, lte });
  }

  function show(counts, wanted, currency) {
    for (const [name, input] of Object.entries(inputs)) {
      if (input !== document.activeElement) input.value = wanted?.[name] ?? "";
    }
    if (field === "price" && currency) unit.textContent = currency;
  }

  const dash = make("span", { "aria-hidden": "true" }, "–");
  return { elements: [make("div", { class: "range" }, inputs.gte, dash, inputs.lte, unit)], show };
}
