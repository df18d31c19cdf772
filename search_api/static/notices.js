// What is said instead of results: that there are none, or what went wrong and what can be done about it.

import { byId, make } from "./elements.js";
import { Refused } from "./search.js";

const MOST_TRIES = 4;
const LONGEST_WAIT_SECONDS = 60;

const duration = (seconds) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`);

/** The place for notices. onAgain() is called when the same is to be asked again. */
export function noticeBoard(onAgain) {
  const place = byId("notice");
  let timer = null;
  let tries = 0;

  function clear() {
    clearInterval(timer);
    place.hidden = true;
  }

  function put(title, detail, kind, ...actions) {
    clear();
    place.className = `notice ${kind}`;
    byId("notice-title").textContent = title;
    byId("notice-detail").textContent = detail;
    byId("notice-actions").replaceChildren(...actions.filter(Boolean));
    place.hidden = false;
  }

  const again = () =>
    make("button", { type: "button", class: "button quiet", onclick: () => { clear(); onAgain(); } }, "Try again");

  /** A refusal that passes by itself is waited for, a few times, while a countdown says so. */
  function waitAndAsk(title, detail, waitSeconds) {
    if (waitSeconds > LONGEST_WAIT_SECONDS || tries >= MOST_TRIES) {
      put(title, `${detail} Try again in ${duration(waitSeconds)}.`, "failed", again());
      return;
    }
    tries += 1;
    let left = Math.max(1, waitSeconds);
    // Read out once, not every second.
    const countdown = make("span", { class: "countdown", "aria-hidden": "true" });
    const tell = () => { countdown.textContent = `Trying again in ${left} s`; };
    put(title, detail, "failed", again(), countdown);
    tell();
    timer = setInterval(() => {
      left -= 1;
      if (left > 0) { tell(); return; }
      clear();
      onAgain();
    }, 1000);
  }

  function failed(error) {
    byId("key-form").hidden = error.status !== 401;
    if (error instanceof Refused && error.status === 401) {
      put("This search needs an API key", "It is kept for this window only.", "failed");
      byId("key").focus();
    } else if (error instanceof Refused && error.waitSeconds !== null && [429, 503].includes(error.status)) {
      const title = error.status === 429 ? "That was a lot of searches" : "The search is busy";
      waitAndAsk(title, error.status === 429 ? "Let it catch its breath." : error.message, error.waitSeconds);
    } else if (error instanceof Refused) {
      put(error.title, sentence(error.message), "failed", error.status >= 500 ? again() : null);
    } else if (!navigator.onLine) {
      put("You are offline", "The search goes on when the connection is back.", "failed", again());
    } else if (error.name === "TimeoutError") {
      put("No answer in time", "The connection or the search is slow.", "failed", again());
    } else {
      put("The search could not be reached", "Is the connection up?", "failed", again());
    }
  }

  window.addEventListener("online", () => {
    if (!place.hidden && place.classList.contains("failed")) { clear(); onAgain(); }
  });

  return {
    clear,
    failed,
    nothing: (title, detail, ...actions) => put(title, detail, "nothing", ...actions),
    succeeded: () => { tries = 0; clear(); },
  };
}

function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
