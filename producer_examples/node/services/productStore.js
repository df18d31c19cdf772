import { newEvent } from './newEvent.js';
import { publicIdsOf } from './productView.js';

const IMAGE_TRIES = 5;

export class ChangedMeanwhile extends Error {}

/**
 * The shop's products, and the only place that changes them.
 *
 * Every change is one write: the new fields, a version one higher, and the event in the outbox. So there is never
 * a change without its event, nor an event without its change, whatever dies in between.
 */
export class ProductStore {
  #model;
  #changed;

  /** changed: called after each change, so that the relay need not wait for its next look. */
  constructor(model, changed) {
    this.#model = model;
    this.#changed = changed;
  }

  /** Throws Mongoose's ValidationError. */
  async create(fields, images) {
    const product = await this.#model.create({
      ...fields, images, version: 1, outbox: newEvent('product.created'),
    });
    this.#changed();
    return product.toObject();
  }

  /**
   * Set fields, and edit the photos where `editImages` (a function of the present list) is given.
   *
   * Returns the publicIds of photos that the product no longer has, or null where there is no such product.
   * Throws ValidationError, CastError, ChangedMeanwhile.
   */
  async change(id, fields, editImages) {
    for (let tries = 0; tries < IMAGE_TRIES; tries += 1) {
      const before = await this.find(id);
      if (!before) return null;
      const images = editImages ? editImages(before.images) : before.images;
      // A list is replaced as a whole, so it must still be the one that was read; single fields need no such care.
      const filter = editImages ? { _id: id, version: before.version } : { _id: id };
      if (await this.#write(filter, editImages ? { ...fields, images } : fields, 'product.updated')) {
        const kept = new Set(publicIdsOf(images));
        return publicIdsOf(before.images).filter((publicId) => !kept.has(publicId));
      }
    }
    throw new ChangedMeanwhile('the product was changed by others all the time');
  }

  /** Returns whether there was such a product. Its document stays until the event is out. */
  remove(id) {
    return this.#write({ _id: id }, { deletedAt: new Date() }, 'product.deleted');
  }

  find(id) {
    return this.#model.findOne({ _id: id, deletedAt: null }).lean().exec();
  }

  /** Those of the ids that are products of the shop, by id. */
  async findMany(ids) {
    const found = await this.#model.find({ _id: { $in: ids }, deletedAt: null }).lean().exec();
    return new Map(found.map((product) => [String(product._id), product]));
  }

  list({ skip, limit }) {
    return this.#model.find({ deletedAt: null }).sort({ _id: 1 }).skip(skip).limit(limit).lean().exec();
  }

  async #write(filter, fields, eventType) {
    const change = { $set: { ...fields, outbox: newEvent(eventType) }, $inc: { version: 1 } };
    const options = { runValidators: true };
    const { matchedCount } = await this.#model.updateOne({ ...filter, deletedAt: null }, change, options).exec();
    if (matchedCount === 1) this.#changed();
    return matchedCount === 1;
  }
}
