// What is looked for, shown: the photo with its box, the examples, the filters, and a title for them.

import { photoBox } from "./box.js";
import { examplesOf, filtersOf } from "./chips.js";
import { byId } from "./elements.js";
import { photoOf, productOf } from "./search.js";

/** onQuery(query) is called for another question, onBox(box) at each change of the box. */
export function questionView({ onQuery, onBox }) {
  const image = byId("asked-photo");
  const handle = byId("box");
  const whole = byId("whole");
  const products = new Map(); // id -> {name, picture}, of all that were seen.
  const asked = new Set();
  let shown = null;

  const box = photoBox(byId("frame"), handle, (marked) => {
    whole.hidden = marked === null;
    onBox(marked);
  });
  whole.addEventListener("click", () => {
    box.show(null);
    whole.hidden = true;
    handle.focus();
    onBox(null);
  });
  image.addEventListener("error", () => { byId("photo").hidden = true; });

  /** Names and pictures of the products in an answer. */
  function learn(hits) {
    for (const { product, image: { url } } of hits) products.set(product.id, { name: product.name || product.id, picture: url });
  }

  /** What is known of a product; one that came by a shared address is introduced once the index says how. */
  function known(id) {
    if (!products.has(id) && !asked.has(id)) {
      asked.add(id);
      productOf(id).then((product) => {
        if (!product) return;
        products.set(id, { name: product.name || id, picture: product.images[0]?.url });
        if (shown) show(...shown);
      });
    }
    return products.get(id) ?? { name: id, picture: null };
  }

  function show(query, currency, { keepBox = false } = {}) {
    shown = [query, currency, { keepBox: true }];
    const title = titleOf(query, known);
    document.title = title ? `${title} · Search by photo` : "Search by photo";
    byId("results-title").textContent = title;
    showPhoto(query, keepBox);
    byId("examples").replaceChildren(...examplesOf(query, known, (next) => onQuery(next)));
    byId("chosen").replaceChildren(...filtersOf(query, currency, (next) => onQuery(next, { stay: true })));
    const count = Object.keys(query.filters).length;
    byId("filter-count").textContent = count ? String(count) : "";
  }

  function showPhoto({ subject, box: marked }, keepBox) {
    const { picture, name } = pictureOf(subject, known);
    byId("photo").hidden = !picture;
    byId("photo").classList.toggle("markable", subject?.kind !== "product");
    if (!picture) return;
    if (image.getAttribute("src") !== picture) image.src = picture;
    image.alt = name;
    handle.hidden = subject.kind === "product";
    whole.hidden = marked === null;
    if (!keepBox) box.show(marked);
  }

  return { show, learn };
}

function pictureOf(subject, known) {
  switch (subject?.kind) {
    case "photo": return { picture: photoOf(subject.id)?.preview, name: "Your photo" };
    case "image": return { picture: subject.url, name: "The image that is searched for" };
    case "product": return known(subject.id);
    default: return { picture: null };
  }
}

function titleOf({ subject, like, unlike }, known) {
  switch (subject?.kind) {
    case "photo": return "Similar to your photo";
    case "image": return "Similar to this image";
    case "product": return `More like ${known(subject.id).name}`;
    default:
      if (like.length === 1) return `More like ${known(like[0]).name}`;
      if (like.length) return `More like these ${like.length}`;
      return unlike.length ? "Something quite different" : "";
  }
}
