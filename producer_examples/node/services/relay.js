import { eventMessage, photosOf } from './productEvent.js';

const AT_ONCE = 16;
const MAX_BACKOFF_MS = 30_000;

/**
 * Publishes what waits in the outbox, for as long as the process lives.
 *
 * At least once, and each product's events in the order of its versions. Any number of processes may run one.
 */
export class Relay {
  #parts;
  #stopping = false;
  #woken = false;
  #nap;
  #running;

  /** parts: outbox, publisher, photos, topics, publicUrl, pollMs, deliveryMs, log. */
  constructor(parts) {
    this.#parts = parts;
  }

  start() {
    this.#running = this.#run();
  }

  /** There is something to publish: do not wait for the next look. */
  wake() {
    this.#woken = true;
    if (this.#nap?.wakeable) this.#nap.end();
  }

  /** Resolves when what is under way has ended. */
  async stop() {
    this.#stopping = true;
    this.#nap?.end();
    await this.#running;
  }

  async #run() {
    let failures = 0;
    while (!this.#stopping) {
      this.#woken = false;
      const outcome = await this.#pass();
      failures = outcome === 'failed' ? failures + 1 : 0;
      if (failures > 0) await this.#sleep(backoffMs(this.#parts.pollMs, failures), { wakeable: false });
      else if (outcome === 'idle' && !this.#woken) await this.#sleep(this.#parts.pollMs, { wakeable: true });
    }
  }

  // Products that failed keep their lease, so that one that can never be published does not hold up the others.
  async #pass() {
    const { outbox, log } = this.#parts;
    try {
      const ids = await outbox.waiting(AT_ONCE);
      if (ids.length === 0) return 'idle';
      const outcomes = await Promise.allSettled(ids.map((id) => this.#deliver(id)));
      const failed = outcomes.filter(({ status }) => status === 'rejected');
      for (const { reason } of failed) log('error', 'event not published', { reason: String(reason) });
      return failed.length === ids.length ? 'failed' : 'delivered';
    } catch (error) {
      log('error', 'outbox not readable', { reason: String(error) });
      return 'failed';
    }
  }

  async #deliver(id) {
    const { outbox, publisher, photos, topics, publicUrl, deliveryMs } = this.#parts;
    let until;
    while ((until = await outbox.take(id)) !== null) {
      const product = await outbox.read(id);
      // A process that was held up here must not send what others may have overtaken.
      if (!product?.outbox || Date.now() + deliveryMs > until) continue;
      await publisher.publish(eventMessage(product, topics, publicUrl));
      if (product.deletedAt) await photos.remove(photosOf(product));
      if (await outbox.clear(product)) return;
      await outbox.publishAgain(product);
    }
  }

  async #sleep(ms, { wakeable }) {
    if (this.#stopping) return;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#nap = { wakeable, end };
    });
    this.#nap = undefined;
  }
}

/** Full jitter: processes that lost the same broker do not come back as one. */
function backoffMs(pollMs, failures) {
  return pollMs + Math.random() * Math.min(MAX_BACKOFF_MS, pollMs * 2 ** failures);
}
