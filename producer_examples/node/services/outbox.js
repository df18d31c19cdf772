import { newEvent } from './newEvent.js';

/**
 * What of the products is still to be told, and who is telling it.
 *
 * Plain filters, updateOne and deleteOne only: each acts on one document at once, on every MongoDB.
 */
export class Outbox {
  #model;
  #owner;
  #leaseMs;

  /** owner: a name that no other process has. */
  constructor(model, { owner, leaseMs }) {
    this.#model = model;
    this.#owner = owner;
    this.#leaseMs = leaseMs;
  }

  /** Ids of products with an event that nobody is publishing, longest waiting first. */
  async waiting(limit) {
    const filter = { 'outbox.time': { $exists: true }, $or: this.#notLeased() };
    const found = await this.#model.find(filter, { _id: 1 }).sort({ 'outbox.time': 1 }).limit(limit).lean().exec();
    return found.map((product) => product._id);
  }

  /**
   * Take a product's lease, or prolong ours.
   *
   * Returns until when, in milliseconds since the epoch, or null: nothing waits, or another has the lease.
   */
  async take(id) {
    const until = new Date(Date.now() + this.#leaseMs);
    const filter = {
      _id: id, 'outbox.time': { $exists: true }, $or: [...this.#notLeased(), { 'lease.owner': this.#owner }],
    };
    const { matchedCount } = await this.#model
      .updateOne(filter, { $set: { lease: { owner: this.#owner, until } } }, { timestamps: false })
      .exec();
    return matchedCount === 1 ? until.getTime() : null;
  }

  /** The product as all replicas will remember it, or null: no event may tell what a failover takes back. */
  read(id) {
    return this.#model.findOne({ _id: id }).readConcern('majority').lean().exec();
  }

  /**
   * Take the event that was published off the list; a deleted product goes altogether.
   *
   * Returns whether it was still that event, and our lease: if not, something has happened meanwhile.
   */
  async clear(product) {
    const filter = { _id: product._id, 'outbox.eventId': product.outbox.eventId, 'lease.owner': this.#owner };
    if (product.deletedAt) return (await this.#model.deleteOne(filter).exec()).deletedCount === 1;
    const done = { $unset: { outbox: 1, lease: 1 } };
    return (await this.#model.updateOne(filter, done, { timestamps: false }).exec()).matchedCount === 1;
  }

  /**
   * After a clear in vain: see to it that the last event on the log is the product's present state.
   *
   * Others may have published newer states before ours arrived, and a compacted topic keeps what came last.
   */
  async publishAgain(published) {
    const current = await this.read(published._id);
    if (!current) {
      if (!published.deletedAt) await this.#bury(published);
    } else if (current.lease?.owner !== this.#owner) {
      const outbox = newEvent(current.deletedAt ? 'product.deleted' : 'product.updated');
      await this.#model.updateOne({ _id: current._id }, { $set: { outbox } }, { timestamps: false }).exec();
    }
    // Else it was changed under our lease, and its new event is waiting.
  }

  // Another process has published the delete and removed the document: it comes back, deleted, to say so again.
  async #bury({ _id, version }) {
    const grave = { _id, version: version + 1, deletedAt: new Date(), images: [], outbox: newEvent('product.deleted') };
    try {
      await this.#model.collection.insertOne(grave);
    } catch (error) {
      if (error.code !== DUPLICATE_KEY) throw error;
    }
  }

  #notLeased() {
    return [{ lease: null }, { 'lease.until': { $lt: new Date() } }];
  }
}

const DUPLICATE_KEY = 11_000;
