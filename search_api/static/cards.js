// One product of an answer as a card. Everything a shop wrote goes in as text, never as markup.

const template = document.getElementById("card");

/** The card of a hit; `more(id, name, picture)` is called for "More like this". */
export function card(hit, more) {
  const { product, image } = hit;
  const item = template.content.cloneNode(true).firstElementChild;
  const name = product.name || product.id;
  fillPicture(item.querySelector(".picture"), image.url, name, product.url);
  item.querySelector(".maker").textContent = [product.brand, product.category].filter(Boolean).join(" · ");
  item.querySelector(".name").replaceChildren(link(name, product.url));
  fillPrice(item.querySelector(".price"), product);
  const share = Math.max(0, Math.min(1, hit.score));
  item.querySelector("meter").value = share;
  item.querySelector("meter").setAttribute("aria-label", "Likeness");
  item.querySelector(".score span").textContent = `${Math.round(share * 100)} % alike`;
  const again = item.querySelector(".more");
  again.href = `./?product=${encodeURIComponent(product.id)}`;
  again.setAttribute("aria-label", `More like ${name}`);
  again.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    more(product.id, product.name, image.url);
  });
  return item;
}

/** A card that is still to be filled. */
export function skeleton() {
  const item = document.createElement("li");
  item.className = "card waiting";
  item.setAttribute("aria-hidden", "true");
  const picture = document.createElement("div");
  picture.className = "picture";
  const facts = document.createElement("div");
  facts.className = "facts";
  for (const kind of ["bone short", "bone", "bone short"]) {
    const bone = document.createElement("div");
    bone.className = kind;
    facts.append(bone);
  }
  item.append(picture, facts);
  return item;
}

const isWeb = (url) => /^https?:\/\//i.test(url ?? "");

function fillPicture(place, url, name, page) {
  const [image, none] = place.children;
  if (isWeb(page)) {
    Object.assign(place, { href: page, target: "_blank", rel: "noopener noreferrer", tabIndex: -1 });
    place.setAttribute("aria-hidden", "true"); // The name beside it is the same link.
  }
  image.alt = name;
  image.addEventListener("error", () => { image.hidden = true; none.hidden = false; });
  image.src = url;
}

function link(text, url) {
  if (!isWeb(url)) return document.createTextNode(text);
  const anchor = document.createElement("a");
  Object.assign(anchor, { href: url, target: "_blank", rel: "noopener noreferrer", textContent: text });
  return anchor;
}

function fillPrice(place, { price, currency, in_stock: inStock }) {
  place.textContent = price === null || price === undefined ? "" : money(price, currency);
  if (inStock === false) {
    const note = document.createElement("span");
    note.className = "none-left";
    note.textContent = place.textContent ? " · sold out" : "Sold out";
    place.append(note);
  }
}

function money(price, currency) {
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(price);
  } catch {
    return [price, currency].filter((each) => each !== null && each !== undefined).join(" ");
  }
}
