// The page: one question at a time, its answer as a grid. What can be shared is in the address bar.

import { card, skeleton } from "./cards.js";
import { smaller } from "./photos.js";
import { ask, productOf, Refused } from "./search.js";

const LIMIT = 24;

const $ = (id) => document.getElementById(id);
const parts = {
  again: $("again"), askedPhoto: $("asked-photo"), drop: $("drop"), file: $("file"), form: $("by-text"), grid: $("grid"),
  home: $("home"), keyForm: $("key-form"), line: $("quiet-line"), results: $("results"), said: $("said"),
  text: $("text"), title: $("results-title"),
};

// Photos cannot be in the address bar; the back button finds them here, as long as the page is open.
const photos = [];
let current = null; // The question that is being answered: an answer to an earlier one is dropped.
let last = null;

function say(text, { failed = false } = {}) {
  parts.said.textContent = text;
  parts.said.classList.toggle("failed", failed);
}

function showStart() {
  current?.abort();
  document.body.classList.remove("answered");
  parts.results.hidden = true;
  parts.grid.replaceChildren();
  document.title = "Search by photo";
}

function showSubject({ title, preview }) {
  parts.title.textContent = title;
  document.title = `${title} · Search by photo`;
  parts.askedPhoto.hidden = !preview;
  if (preview) {
    parts.askedPhoto.src = preview;
    parts.askedPhoto.alt = "What was searched for";
  }
}

function showQuestion(question) {
  document.body.classList.add("answered");
  parts.results.hidden = false;
  parts.line.textContent = "";
  showSubject(question);
  say("Looking…");
  parts.grid.setAttribute("aria-busy", "true");
  parts.grid.replaceChildren(...Array.from({ length: 8 }, skeleton));
}

function showAnswer(answer) {
  const count = answer.hits.length;
  say(count === 0 ? "Nothing in this shop looks like it yet." : count === 1 ? "One product found." : `${count} products found.`);
  parts.grid.replaceChildren(...answer.hits.map((hit) => card(hit, askForProduct)));
  const spent = Object.values(answer.timings_ms).reduce((sum, value) => sum + value, 0);
  parts.line.textContent = `${Math.max(1, Math.round(spent))} ms · index ${answer.generation}`;
}

function showFailure(error) {
  parts.grid.replaceChildren();
  if (error instanceof Refused) {
    say(error.message, { failed: true });
    parts.keyForm.hidden = error.status !== 401;
    if (error.status === 401) $("key").focus();
  } else {
    say("The search could not be reached. Is the connection up? Try again in a moment.", { failed: true });
  }
}

async function search(question) {
  current?.abort();
  const mine = new AbortController();
  current = mine;
  last = question;
  showQuestion(question);
  try {
    const answer = await ask(question, { limit: LIMIT, signal: mine.signal });
    if (current === mine) showAnswer(answer);
  } catch (error) {
    if (current === mine && error.name !== "AbortError") showFailure(error);
  } finally {
    if (current === mine) parts.grid.removeAttribute("aria-busy");
  }
}

async function askForPhoto(file) {
  if (!file.type.startsWith("image/") && file.type !== "") {
    showQuestion({ title: "Similar to your photo" });
    showFailure(new Refused(`“${file.name}” is no image.`, 0));
    return;
  }
  const photo = await smaller(file);
  const question = { kind: "photo", photo, preview: URL.createObjectURL(photo), title: "Similar to your photo" };
  photos.push(question);
  history.pushState({ photo: photos.length - 1 }, "", "./");
  parts.results.scrollIntoView({ block: "nearest" });
  search(question);
}

function askForProduct(id, name, preview) {
  history.pushState({ preview, name }, "", `./?product=${encodeURIComponent(id)}`);
  search(productQuestion(id, name, preview));
  window.scrollTo({ top: 0 });
  parts.results.focus({ preventScroll: true });
}

function askForUrl(url) {
  history.pushState(null, "", `./?image=${encodeURIComponent(url)}`);
  search(urlQuestion(url));
}

const productQuestion = (id, name, preview) => ({ kind: "product", id, preview, title: `More like ${name || id}` });
const urlQuestion = (url) => ({ kind: "url", url, preview: url, title: "Similar to this image" });

/** A product that came by a shared address is named and pictured once the shop's index says how. */
async function introduce(id) {
  const product = await productOf(id);
  if (!product || last?.id !== id || new URLSearchParams(location.search).get("product") !== id) return;
  showSubject(productQuestion(id, product.name, product.images[0]?.url));
}

/** Show what the address bar says; at the start, and when people go back and forth. */
function followAddress() {
  const asked = new URLSearchParams(location.search);
  const state = history.state ?? {};
  if (asked.get("product")) {
    search(productQuestion(asked.get("product"), state.name, state.preview));
    if (!state.preview) introduce(asked.get("product"));
  } else if (asked.get("image")) search(urlQuestion(asked.get("image")));
  else if (photos[state.photo]) search(photos[state.photo]);
  else showStart();
}

parts.askedPhoto.addEventListener("error", () => { parts.askedPhoto.hidden = true; });

parts.file.addEventListener("change", () => {
  const [file] = parts.file.files;
  parts.file.value = ""; // So that the same file can be chosen again.
  if (file) askForPhoto(file);
});

parts.form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = parts.text.value.trim();
  if (text === "") parts.text.focus();
  else if (/^(https?|data):/i.test(text)) askForUrl(text);
  else askForProduct(text);
});

parts.keyForm.addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("key", $("key").value.trim());
  parts.keyForm.hidden = true;
  if (last) search(last);
});

for (const restart of [parts.home, parts.again]) {
  restart.addEventListener("click", (event) => {
    event.preventDefault();
    history.pushState(null, "", "./");
    showStart();
    window.scrollTo({ top: 0 });
    parts.file.focus();
  });
}

// The whole window takes a photo, so that one dropped beside the box does not replace the page.
let depth = 0;
const carriesFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
window.addEventListener("dragenter", (event) => {
  if (carriesFile(event)) { depth += 1; parts.drop.classList.add("over"); }
});
window.addEventListener("dragleave", (event) => {
  if (carriesFile(event) && --depth <= 0) { depth = 0; parts.drop.classList.remove("over"); }
});
window.addEventListener("dragover", (event) => { if (carriesFile(event)) event.preventDefault(); });
window.addEventListener("drop", (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  depth = 0;
  parts.drop.classList.remove("over");
  const [file] = event.dataTransfer.files;
  if (file) askForPhoto(file);
});
window.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
  if (file) { event.preventDefault(); askForPhoto(file); }
});

window.addEventListener("popstate", followAddress);
followAddress();
