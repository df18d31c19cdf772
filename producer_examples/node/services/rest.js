/**
 * Leaves a service alone for a while after it has failed, so that shoppers wait for it once, not on every page.
 *
 * When the while is over, one call tries it; the others go without until that one has come back.
 */
export class Rest {
  #ms;
  #now;
  #until = 0;

  constructor(ms, now = Date.now) {
    this.#ms = ms;
    this.#now = now;
  }

  /** Whether to go without this time. */
  resting() {
    if (this.#until === 0) return false;
    if (this.#now() < this.#until) return true;
    this.#until = this.#now() + this.#ms;
    return false;
  }

  failed() {
    this.#until = this.#now() + this.#ms;
  }

  succeeded() {
    this.#until = 0;
  }
}
