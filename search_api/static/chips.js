// What the question is made of besides the photo, each part with a way to take it out again.

import { icon, make } from "./elements.js";
import { rangeName, valueName } from "./filters.js";
import { isRange, NOTHING, withFilter, withoutExample } from "./query.js";

function chip(words, action, onRemove, ...before) {
  return make(
    "li", { class: "chip" }, ...before, make("span", { class: "chip-words" }, words),
    make("button", { type: "button", "aria-label": action, onclick: onRemove }, icon("cross")),
  );
}

function exampleChips(query, side, known, onQuery) {
  const sign = side === "like" ? "More like" : "Less like";
  return query[side].map((id) => {
    const { name, picture } = known(id);
    const seen = picture ? make("img", { src: picture, alt: "", width: "32", height: "40" }) : null;
    seen?.addEventListener("error", () => seen.remove());
    const made = chip(`${sign} ${name}`, `Remove: ${sign} ${name}`, () => onQuery(withoutExample(query, id)), seen);
    made.classList.add("example", side);
    return made;
  });
}

/** The examples' chips; known(id) is {name, picture}, onQuery is called with the question without the part. */
export const examplesOf = (query, known, onQuery) =>
  [...exampleChips(query, "like", known, onQuery), ...exampleChips(query, "unlike", known, onQuery)];

/** The filters' chips, and one that takes all of them away where there are several. */
export function filtersOf(query, currency, onQuery) {
  const chips = Object.entries(query.filters).flatMap(([field, wanted]) => {
    if (isRange(wanted)) {
      const words = rangeName(field, wanted, currency);
      return [chip(words, `Remove filter: ${words}`, () => onQuery(withFilter(query, field, null)))];
    }
    return wanted.map((value) => {
      const words = valueName(field, value);
      const rest = wanted.filter((each) => each !== value);
      return chip(words, `Remove filter: ${words}`, () => onQuery(withFilter(query, field, rest)));
    });
  });
  if (chips.length > 1) chips.push(make("li", {}, clearing(query, onQuery)));
  return chips;
}

/** A button that takes all filters away. */
export const clearing = (query, onQuery) =>
  make("button", { type: "button", class: "link", onclick: () => onQuery({ ...query, filters: NOTHING.filters }) }, "Clear filters");
