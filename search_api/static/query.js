// What is asked for, as a value that is never changed, and its two ways into the address bar and back.
//
// subject: {kind: "photo", id} | {kind: "product", id} | {kind: "image", url} | null, where only examples say it.
// box: [x, y, width, height] as fractions of the photo, or null for the whole of it.
// like, unlike: ids of products. filters: field -> list of values, or {gte, lte}; all of them texts.

export const NOTHING = Object.freeze({ subject: null, box: null, like: [], unlike: [], filters: {} });

/** Whether there is something to look for, so that an answer can be had. */
export const asksSomething = (query) => Boolean(query.subject || query.like.length || query.unlike.length);

export const hasFilters = (query) => Object.keys(query.filters).length > 0;

export const isRange = (wanted) => !Array.isArray(wanted);

/** The same question with other examples; a product is at most one of the two. */
export function withExample(query, side, id) {
  const left = withoutExample(query, id);
  return { ...left, [side]: [...left[side], id] };
}

export function withoutExample(query, id) {
  const others = (list) => list.filter((each) => each !== id);
  return { ...query, like: others(query.like), unlike: others(query.unlike) };
}

/** The same question with another filter of this field; nothing wanted is no filter. */
export function withFilter(query, field, wanted) {
  const { [field]: _, ...filters } = query.filters;
  const given = wanted && (isRange(wanted) ? wanted.gte || wanted.lte : wanted.length);
  return { ...query, filters: given ? { ...filters, [field]: wanted } : filters };
}

/** Filters and examples under the API's own names. */
export function shaping({ like, unlike, filters }) {
  const named = [...like.map((id) => ["like", id]), ...unlike.map((id) => ["unlike", id])];
  for (const [field, wanted] of Object.entries(filters)) {
    if (!isRange(wanted)) named.push(...wanted.map((value) => [`filter.${field}`, value]));
    else for (const bound of ["gte", "lte"]) if (wanted[bound]) named.push([`filter.${field}.${bound}`, wanted[bound]]);
  }
  return named;
}

export const boxText = (box) => box.map((side) => String(Number(side.toFixed(4)))).join(",");

/** The address of a question; a photo is not part of it. */
export function toAddress(query) {
  const named = [];
  if (query.subject?.kind === "product") named.push(["product", query.subject.id]);
  if (query.subject?.kind === "image") {
    named.push(["image", query.subject.url]);
    if (query.box) named.push(["box", boxText(query.box)]);
  }
  const written = [...named, ...shaping(query)]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return written.length ? `./?${written.join("&")}` : "./";
}

/** The question of an address (`location.search`) and of what its history entry holds besides. */
export function fromAddress(search, { photo, box } = {}) {
  const asked = new URLSearchParams(search);
  let subject = null;
  if (asked.get("product")) subject = { kind: "product", id: asked.get("product") };
  else if (asked.get("image")) subject = { kind: "image", url: asked.get("image") };
  else if (photo) subject = { kind: "photo", id: photo };
  const unique = (name) => [...new Set(asked.getAll(name))];
  return {
    subject,
    box: subject?.kind === "photo" ? (box ?? null) : readBox(asked.get("box")),
    like: unique("like"),
    unlike: unique("unlike"),
    filters: readFilters(asked),
  };
}

function readBox(text) {
  const sides = (text ?? "").split(",").map(Number);
  return sides.length === 4 && sides.every((side) => side >= 0 && side <= 1) && sides[2] * sides[3] > 0 ? sides : null;
}

function readFilters(asked) {
  const filters = {};
  for (const [name, value] of asked) {
    if (!name.startsWith("filter.") || value === "") continue;
    const [field, bound] = name.slice("filter.".length).split(".");
    if (bound === "gte" || bound === "lte") {
      filters[field] = { ...(isRange(filters[field] ?? []) ? filters[field] : {}), [bound]: value };
    } else if (!bound) {
      const before = filters[field] ?? [];
      filters[field] = isRange(before) ? before : [...new Set([...before, value])];
    }
  }
  return filters;
}
