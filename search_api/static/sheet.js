// The filters' place: beside the results where there is room, in a sheet over them where there is none.

import { byId } from "./elements.js";

const ROOMY = window.matchMedia("(min-width: 900px)");

/** Keeps `panel` where it belongs, and opens and closes the sheet. */
export function filterSheet(panel) {
  const sheet = byId("sheet");
  const place = () => {
    if (ROOMY.matches && sheet.open) sheet.close();
    byId(ROOMY.matches ? "beside" : "sheet-body").append(panel);
  };
  byId("open-sheet").addEventListener("click", () => sheet.showModal());
  for (const close of [byId("close-sheet"), byId("show-results")]) close.addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close(); // The backdrop.
  });
  ROOMY.addEventListener("change", place);
  place();
}
