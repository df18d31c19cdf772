// The way through the questions: history entries, and what was shown at each, as long as the page is open.

const MOST_ANSWERS = 30;

export class Trail {
  #answers = new Map();
  #scrolls = new Map();
  #entry = null;

  constructor() {
    history.scrollRestoration = "manual";
  }

  /** To a new entry, or to another address at the same one. */
  go(address, held, { replace = false } = {}) {
    this.#scrolls.set(this.#entry, window.scrollY);
    if (!replace || this.#entry === null) this.#entry = `${Date.now()}.${Math.random()}`;
    this.#answers.delete(this.#entry);
    history[replace ? "replaceState" : "pushState"]({ ...held, entry: this.#entry }, "", address);
  }

  /** At the entry that the browser is at now; what it holds. */
  arrive() {
    if (this.#entry !== null) this.#scrolls.set(this.#entry, window.scrollY);
    const held = history.state ?? {};
    this.#entry = held.entry ?? `${Date.now()}.${Math.random()}`;
    if (!held.entry) history.replaceState({ ...held, entry: this.#entry }, "");
    return held;
  }

  /** Hold more at the entry: it outlives a reload. */
  note(more) {
    history.replaceState({ ...history.state, ...more }, "");
  }

  /** Keep what is shown at the entry: it does not outlive a reload. */
  keep(answer) {
    this.#answers.delete(this.#entry);
    this.#answers.set(this.#entry, answer);
    if (this.#answers.size > MOST_ANSWERS) this.#answers.delete(this.#answers.keys().next().value);
  }

  kept() {
    return this.#answers.get(this.#entry) ?? null;
  }

  /** To where people were when they left the entry. */
  scroll() {
    window.scrollTo({ top: this.#scrolls.get(this.#entry) ?? 0 });
  }
}
