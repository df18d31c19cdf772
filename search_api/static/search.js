// Questions to the API, and its answers or refusals.

import { boxText, shaping } from "./query.js";

const DEADLINE_MS = 30_000;
const MOST_PHOTOS = 12;
const MOST_TOKENS = 100;

/** What the API said no to, in its words; status: HTTP's, or 0; waitSeconds: when to ask again, or null. */
export class Refused extends Error {
  constructor(title, detail, { status = 0, waitSeconds = null, fields = [] } = {}) {
    super(detail);
    Object.assign(this, { title, status, waitSeconds, fields });
  }
}

// Photos stay in this window, so that back and forward find them; a photo's id is its place in here.
const photos = new Map();
// The API's query ids, by what was asked for: filters and pages need no second upload.
const tokens = new Map();

/** Take a photo in: {file, preview: a blob: URL}. Its id. */
export function keepPhoto(photo) {
  const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  photos.set(id, photo);
  trim(photos, MOST_PHOTOS, (old) => URL.revokeObjectURL(old.preview));
  return id;
}

export const photoOf = (id) => photos.get(id) ?? null;

const tokenKey = ({ subject, box }, like, unlike) => JSON.stringify([subject, box, like, unlike]);

/** The query id under which the question without examples is known, to be found again after a reload; or null. */
export const baseToken = (query) => tokens.get(tokenKey(query, [], [])) ?? null;

export function keepToken(query, token, { like = [], unlike = [] } = {}) {
  tokens.set(tokenKey(query, like, unlike), token);
  trim(tokens, MOST_TOKENS);
}

function trim(map, most, dropped = () => {}) {
  while (map.size > most) {
    const [oldest, value] = map.entries().next().value;
    map.delete(oldest);
    dropped(value);
  }
}

/**
 * The answer to a question.
 *
 * shape: {limit, offset, facets}, facets being "true" for all, or a field's name. Throws Refused, a TypeError
 * where the API cannot be reached, and what `signal` was aborted with.
 */
export async function ask(query, shape, signal) {
  const known = query.subject && query.subject.kind !== "product" ? knownAs(query) : null;
  try {
    const answer = await post(known ?? subjectFields(query), query, shape, signal);
    if (query.subject) keepToken(query, answer.query_id, query);
    return answer;
  } catch (error) {
    if (!known || !isOutdated(error)) throw error;
    forget(query);
    return ask(query, shape, signal);
  }
}

function knownAs(query) {
  const whole = tokens.get(tokenKey(query, query.like, query.unlike));
  if (whole) return { named: [["query_id", whole]], holdsExamples: true };
  const base = baseToken(query);
  return base ? { named: [["query_id", base]], holdsExamples: false } : null;
}

/** Whether another model, or another secret, has come since: then the photo itself is needed again. */
const isOutdated = (error) =>
  error instanceof Refused && (error.status === 410 || (error.status === 400 && error.fields.includes("query_id")));

function forget(query) {
  const begin = JSON.stringify([query.subject, query.box]).slice(0, -1);
  for (const key of [...tokens.keys()]) if (key.startsWith(begin)) tokens.delete(key);
}

function subjectFields({ subject, box }) {
  const marked = box ? [["box", boxText(box)]] : [];
  if (subject === null) return { named: [] };
  if (subject.kind === "product") return { named: [["product_id", subject.id]] };
  if (subject.kind === "image") return { named: [["image_url", subject.url], ...marked] };
  const photo = photoOf(subject.id);
  if (!photo) throw new Refused("The photo is no longer here", "Photos are not kept. Choose it again, please.");
  return { named: [["file", photo.file], ...marked] };
}

async function post({ named, holdsExamples }, query, { limit, offset = 0, facets }, signal) {
  const form = new FormData();
  const shaped = shaping(holdsExamples ? { ...query, like: [], unlike: [] } : query);
  for (const [name, value] of [...named, ...shaped]) {
    if (value instanceof Blob) form.append(name, value, "photo");
    else form.append(name, value);
  }
  form.append("limit", String(limit));
  if (offset) form.append("offset", String(offset));
  if (facets) form.append("facets", facets);
  const response = await call("./find_similar", { method: "POST", body: form, signal });
  return response.json();
}

/** A product as its shop describes it, or null. */
export async function productOf(id) {
  try {
    return (await (await call(`./products/${encodeURIComponent(id)}`, {})).json()).product;
  } catch {
    return null;
  }
}

async function call(path, { signal, ...options }) {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const key = sessionStorage.getItem("key");
  const response = await fetch(path, {
    ...options,
    headers: key ? { Authorization: `Bearer ${key}` } : {},
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  });
  if (response.ok) return response;
  throw await refusal(response);
}

async function refusal(response) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const said = { status: response.status, waitSeconds: Number.isNaN(seconds) ? null : seconds };
  try {
    const { title, detail, errors } = await response.json();
    return new Refused(title, detail, { ...said, fields: (errors ?? []).map((each) => each.field) });
  } catch {
    return new Refused("The search failed", `It was answered with status ${response.status}.`, said);
  }
}
