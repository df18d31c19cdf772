// The page: one question at a time, its answer beside it. What can be shared is in the address bar.

import { byId } from "./elements.js";
import { clearing } from "./chips.js";
import { watchIntake } from "./intake.js";
import { noticeBoard } from "./notices.js";
import { smaller } from "./photos.js";
import { asksSomething, fromAddress, hasFilters, isRange, NOTHING, toAddress, withExample, withFilter } from "./query.js";
import { questionView } from "./question.js";
import { resultList } from "./results.js";
import { ask, baseToken, keepPhoto, keepToken, photoOf, Refused } from "./search.js";
import { filterPanel } from "./filters.js";
import { filterSheet } from "./sheet.js";
import { Trail } from "./trail.js";

const PAGE_SIZE = 24;
const DEEPEST = 200; // As far down as the API goes.
const SETTLED_MS = 220; // How long a box rests before it is looked for.

let query = NOTHING;
let answer = null; // The one that is shown: {hits, facets, read, hasMore, …}, of `query` unless it is still being asked.
let current = null; // What is being asked: an answer to an earlier question is dropped.
let settling = null; // A box that does not rest yet: {box, timer}.

const trail = new Trail();
const notices = noticeBoard(() => search());
const results = resultList({ onExample: steer, onMore: showMore });
const question = questionView({ onQuery: go, onBox: (box) => {
  clearTimeout(settling?.timer);
  settling = { box, timer: setTimeout(() => go(query, { replace: true, stay: true }), SETTLED_MS) };
} });
const filters = filterPanel(byId("filter-groups"), (field, wanted) => go(withFilter(query, field, wanted), { stay: true }));
filterSheet(byId("filters"));

/** Ask for something else. replace: in the same place of the history; stay: without scrolling or moving the focus. */
function go(wanted, { replace = false, stay = false } = {}) {
  const marked = settling && wanted.subject === query.subject ? { ...wanted, box: settling.box } : wanted;
  const next = asksSomething(marked) ? marked : NOTHING;
  settle();
  trail.go(toAddress(next), { photo: next.subject?.kind === "photo" ? next.subject.id : null, box: next.box }, { replace });
  show(next, { keepBox: replace });
  if (!stay) {
    window.scrollTo({ top: 0 });
    if (asksSomething(next)) byId("results").focus({ preventScroll: true });
  }
}

function settle() {
  clearTimeout(settling?.timer);
  settling = null;
}

/** Show what the address bar says: at the start, and when people go back and forth. */
function followAddress() {
  settle();
  const { photo, box, token } = trail.arrive();
  const asked = fromAddress(location.search, { photo, box });
  if (token && !photoOf(photo)) keepToken(asked, token);
  show(asksSomething(asked) ? asked : NOTHING, { kept: trail.kept() });
  trail.scroll();
}

function show(next, { kept = null, keepBox = false } = {}) {
  const sameSubject = JSON.stringify(next.subject) === JSON.stringify(query.subject) && asksSomething(query);
  query = next;
  current?.abort();
  notices.clear();
  document.body.classList.toggle("answered", asksSomething(query));
  byId("results").hidden = !asksSomething(query);
  byId("ask").hidden = asksSomething(query);
  question.show(query, answer?.currency, { keepBox });
  if (!asksSomething(query)) {
    forgetAnswer();
    results.clear();
  } else if (kept) {
    if (!sameSubject) forgetAnswer();
    showAnswer(kept);
  } else {
    if (!sameSubject) forgetAnswer();
    search();
  }
}

async function search() {
  current?.abort();
  const mine = new AbortController();
  current = mine;
  results.wait({ keep: answer !== null });
  try {
    const got = await ask(query, { limit: PAGE_SIZE, facets: "true" }, mine.signal);
    if (current !== mine) return;
    notices.succeeded();
    const before = answer?.facets ?? {};
    showAnswer(readAnswer(got, before));
    if (query.subject?.kind === "photo") trail.note({ token: baseToken(query) });
    await countAlternatives(mine);
  } catch (error) {
    if (current === mine && !mine.signal.aborted) fail(error);
  }
}

function readAnswer(got, factsBefore) {
  const facets = { ...got.facets };
  // Of a field that is filtered by, the answer only has what passed; what else there is, is asked for below.
  for (const field of filteredFields()) facets[field] = factsBefore[field] ?? facets[field];
  const spent = Object.values(got.timings_ms ?? {}).reduce((sum, value) => sum + value, 0);
  return {
    facets,
    hits: got.hits,
    read: got.hits.length,
    hasMore: got.has_more,
    currency: got.hits.find(({ product }) => product.currency)?.product.currency ?? null,
    line: `${Math.max(1, Math.round(spent))} ms · index ${got.generation} · model ${got.model_version}`,
  };
}

const filteredFields = () => Object.keys(query.filters).filter((field) => !isRange(query.filters[field]));

/** How many products the other values of each filtered field would bring. */
async function countAlternatives(mine) {
  await Promise.all(filteredFields().map(async (field) => {
    const open = withFilter(query, field, null);
    const { facets } = await ask(open, { limit: 1, facets: field }, mine.signal).catch(() => ({ facets: {} }));
    if (current === mine && answer && facets[field]) answer.facets[field] = facets[field];
  }));
  if (current === mine && answer) showFilters();
}

const showFilters = () => filters.show(answer.facets, query.filters, answer.currency);

function showAnswer(given) {
  answer = given;
  trail.keep(answer);
  question.learn(answer.hits);
  question.show(query, answer.currency, { keepBox: true });
  results.show(answer);
  showFilters();
  if (answer.hits.length) return;
  if (hasFilters(query)) notices.nothing("Nothing passes these filters", "With fewer of them there may be more.", clearing(query, go));
  else notices.nothing("Nothing found", "Nothing in this shop looks like it yet.");
}

function forgetAnswer() {
  answer = null;
  filters.clear();
}

function fail(error) {
  answer = null;
  results.clear();
  notices.failed(error);
}

async function showMore() {
  const mine = new AbortController();
  current?.abort();
  current = mine;
  const limit = Math.min(PAGE_SIZE, DEEPEST - answer.read);
  results.waitForMore(limit);
  try {
    const got = await ask(query, { limit, offset: answer.read }, mine.signal);
    if (current !== mine) return;
    notices.succeeded();
    // What the index learned in between may have moved a product to this page.
    const known = new Set(answer.hits.map((hit) => hit.product.id));
    const fresh = got.hits.filter((hit) => !known.has(hit.product.id));
    answer = { ...answer, hits: [...answer.hits, ...fresh], read: answer.read + got.hits.length, hasMore: got.has_more };
    trail.keep(answer);
    question.learn(fresh);
    results.add(fresh, answer);
  } catch (error) {
    if (current !== mine || mine.signal.aborted) return;
    results.add([], answer);
    notices.failed(error);
  }
}

function steer(side, product) {
  go(withExample(query, side, product.id));
}

async function askForPhoto(file) {
  if (file.type !== "" && !file.type.startsWith("image/")) {
    go({ ...NOTHING, subject: { kind: "photo", id: "none" } });
    current?.abort();
    fail(new Refused("This is no photo", `“${file.name}” is no image`));
    return;
  }
  const small = await smaller(file);
  const id = keepPhoto({ file: small, preview: URL.createObjectURL(small) });
  go({ ...NOTHING, subject: { kind: "photo", id } });
}

watchIntake({
  onPhoto: askForPhoto,
  onImage: (url) => go({ ...NOTHING, subject: { kind: "image", url } }),
  onProduct: (id) => go({ ...NOTHING, subject: { kind: "product", id } }),
});

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("key", byId("key").value.trim());
  byId("key-form").hidden = true;
  notices.clear();
  search();
});

for (const restart of [byId("home"), byId("again")]) {
  restart.addEventListener("click", (event) => {
    event.preventDefault();
    go(NOTHING);
    byId("file").focus({ preventScroll: true });
  });
}

window.addEventListener("popstate", followAddress);
followAddress();
