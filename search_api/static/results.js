// The answer as a grid, and what takes its place while it is on its way.

import { card, skeletons } from "./cards.js";
import { byId } from "./elements.js";

const FIRST_SKELETONS = 12;

/** onExample(side, product) is called from a card, onMore() for the next page. */
export function resultList({ onExample, onMore }) {
  const grid = byId("grid");
  const more = byId("more");
  more.addEventListener("click", onMore);

  const busy = (is) => grid.setAttribute("aria-busy", String(is));
  const say = (words) => { byId("said").textContent = words; };
  const cards = (hits) => hits.map((hit) => card(hit, onExample));
  const unwaited = () => { for (const each of grid.querySelectorAll(".waiting")) each.remove(); };

  function end(answer) {
    busy(false);
    grid.classList.remove("stale");
    more.hidden = !answer.hasMore;
    say(counted(answer));
    byId("quiet-line").textContent = answer.line;
    byId("show-results").textContent = answer.hits.length ? "Show the results" : "Nothing found";
  }

  return {
    /** keep: whether the cards of the last answer stay until the next one is there. */
    wait({ keep }) {
      busy(true);
      more.hidden = true;
      grid.classList.toggle("stale", keep);
      if (keep) return;
      say("Looking…");
      byId("quiet-line").textContent = "";
      grid.replaceChildren(...skeletons(FIRST_SKELETONS));
    },
    waitForMore(count) {
      busy(true);
      more.hidden = true;
      grid.append(...skeletons(count));
    },
    show(answer) {
      grid.replaceChildren(...cards(answer.hits));
      end(answer);
    },
    /** The next page below the ones before; who asked for it by keyboard goes on in it. */
    add(hits, answer) {
      unwaited();
      const added = cards(hits);
      grid.append(...added);
      end(answer);
      added[0]?.querySelector("a[href]:not([tabindex]), button")?.focus({ preventScroll: true });
    },
    clear() {
      grid.replaceChildren();
      grid.classList.remove("stale");
      busy(false);
      more.hidden = true;
      say("");
      byId("quiet-line").textContent = "";
    },
  };
}

function counted({ hits, hasMore }) {
  if (hits.length === 0) return "No products";
  if (hasMore) return `The ${hits.length} most alike`;
  return hits.length === 1 ? "One product" : `${hits.length} products, the most alike first`;
}
