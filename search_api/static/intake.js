// The ways in: a photo chosen, shot, dropped or pasted; an image's address or a product's id typed.

import { byId } from "./elements.js";

const carriesFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** Calls onPhoto(file), onImage(url) or onProduct(id). */
export function watchIntake({ onPhoto, onImage, onProduct }) {
  for (const input of [byId("file"), byId("camera")]) {
    input.addEventListener("change", () => {
      const [file] = input.files;
      input.value = ""; // So that the same file can be chosen again.
      if (file) onPhoto(file);
    });
  }
  watchDrops(onPhoto);
  window.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    onPhoto(file);
  });
  byId("by-text").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("text").value.trim();
    if (text === "") byId("text").focus();
    else if (/^(https?|data):/i.test(text)) onImage(text);
    else onProduct(text);
  });
}

// The whole window takes a photo, so that one dropped beside the place for it does not replace the page.
function watchDrops(onPhoto) {
  let depth = 0;
  const hover = (over) => document.body.classList.toggle("over", over);
  window.addEventListener("dragenter", (event) => {
    if (!carriesFile(event)) return;
    depth += 1;
    hover(true);
  });
  window.addEventListener("dragleave", (event) => {
    if (!carriesFile(event)) return;
    depth = Math.max(0, depth - 1);
    hover(depth > 0);
  });
  window.addEventListener("dragover", (event) => {
    if (carriesFile(event)) event.preventDefault();
  });
  window.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth = 0;
    hover(false);
    const [file] = event.dataTransfer.files;
    if (file) onPhoto(file);
  });
}
