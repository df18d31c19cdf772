// Questions to the API, and its answers or refusals.

/** What the API said no to, in its words; `status` is HTTP's. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const WORDS = {
  401: "This search needs an API key.",
  413: "This photo is too large.",
  429: "That was a lot of searches. Try again in a moment.",
};

function keyHeaders() {
  const key = sessionStorage.getItem("key");
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** A product as its shop describes it, or null. */
export async function productOf(id) {
  try {
    const response = await fetch(`./products/${encodeURIComponent(id)}`, { headers: keyHeaders() });
    return response.ok ? (await response.json()).product : null;
  } catch {
    return null;
  }
}

/** The answer to a question ({kind, photo | url | id}); throws Refused, or fetch's own errors. */
export async function ask(question, { limit, signal }) {
  const headers = keyHeaders();
  const response = await fetch("./find_similar", { method: "POST", signal, ...body(question, limit, headers) });
  if (response.ok) return response.json();
  throw new Refused(await words(response), response.status);
}

function body(question, limit, headers) {
  if (question.kind === "photo") {
    const form = new FormData();
    form.append("file", question.photo, "photo");
    form.append("limit", String(limit));
    return { headers, body: form };
  }
  const asked = question.kind === "url" ? { image_url: question.url } : { product_id: question.id };
  return { headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify({ ...asked, limit }) };
}

async function words(response) {
  if (WORDS[response.status]) return WORDS[response.status];
  try {
    const problem = await response.json();
    return `${problem.title}: ${problem.detail}`;
  } catch {
    return `The search failed (status ${response.status}).`;
  }
}
