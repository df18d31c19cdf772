// One product of an answer as a card. Everything a shop wrote goes in as text, never as markup.

import { byId, make } from "./elements.js";
import { priced } from "./money.js";

const isWeb = (url) => /^https?:\/\//i.test(url ?? "");

/** The card of a hit; onExample(side, product, picture) is called with "like" or "unlike". */
export function card({ product, image, score }, onExample) {
  const item = byId("card").content.cloneNode(true).firstElementChild;
  const part = (selector) => item.querySelector(selector);
  const name = product.name || product.id;
  item.dataset.id = product.id;
  fillPicture(part(".picture"), image.url, name, product.url);
  part(".maker").textContent = [product.brand, product.category].filter(Boolean).join(" · ");
  part(".name").replaceChildren(link(name, product.url));
  part(".price").textContent = priced(product.price, product.currency);
  const soldOut = product.in_stock === false;
  part(".sold-out").hidden = !soldOut;
  item.classList.toggle("gone", soldOut);
  const share = Math.max(0, Math.min(1, score));
  part("meter").value = share;
  part(".score span").textContent = `${Math.round(share * 100)} % alike`;
  for (const [side, word] of [["like", "More"], ["unlike", "Less"]]) {
    const button = part(`.${side}`);
    button.setAttribute("aria-label", `${word} like ${name}`);
    button.addEventListener("click", () => onExample(side, product, image.url));
  }
  return item;
}

/** Cards that are still to be filled. */
export function skeletons(count) {
  return Array.from({ length: count }, () => make(
    "li", { class: "card waiting", "aria-hidden": "true" },
    make("div", { class: "picture" }),
    make("div", { class: "facts" }, ...["short", "", "shorter"].map((size) => make("div", { class: `bone ${size}` }))),
  ));
}

function fillPicture(place, url, name, page) {
  const [image, none] = place.children;
  // The name below is the same link, for those who hear the page or go through it by keyboard.
  place.setAttribute("aria-hidden", "true");
  if (isWeb(page)) Object.assign(place, { href: page, target: "_blank", rel: "noopener noreferrer", tabIndex: -1 });
  image.alt = name;
  image.addEventListener("load", () => image.classList.add("there"));
  image.addEventListener("error", () => { image.hidden = true; none.hidden = false; });
  image.src = url;
}

function link(text, url) {
  if (!isWeb(url)) return document.createTextNode(text);
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
}
