import { publicProduct } from '../services/productView.js';
import { Problem } from '../middleware/problems.js';
import { idOf } from './productId.js';
import { productFields } from './productFields.js';

const MAX_PAGE = 100;

/** What admins do with products, and what shoppers read of them. parts: products, photos. */
export class ProductController {
  #products;
  #photos;

  constructor({ products, photos }) {
    this.#products = products;
    this.#photos = photos;
  }

  create = async (request, response) => {
    const { fields } = productFields(request.body);
    const product = await this.#withPhotos(request.files, (images) => this.#products.create(fields, images));
    response.status(201).location(`/api/products/${product._id}`).json(publicProduct(product));
  };

  /** Changes only what the request names; new photos come after the old ones that `removePhotos` leaves. */
  update = async (request, response) => {
    const id = idOf(request);
    const { fields, removePhotos } = productFields(request.body);
    const removed = await this.#withPhotos(request.files, (added) => {
      const editImages = (images) => [...images.filter(({ publicId }) => !removePhotos.includes(publicId)), ...added];
      return this.#products.change(id, fields, added.length || removePhotos.length ? editImages : undefined);
    });
    if (removed === null) throw new Problem(404, 'No such product');
    await this.#photos.remove(removed);
    response.json(publicProduct(await this.#found(id)));
  };

  remove = async (request, response) => {
    if (!(await this.#products.remove(idOf(request)))) throw new Problem(404, 'No such product');
    response.status(204).end();
  };

  show = async (request, response) => {
    response.json(publicProduct(await this.#found(idOf(request))));
  };

  list = async (request, response) => {
    const skip = wholeNumber(request.query.skip, 0, Number.MAX_SAFE_INTEGER, 'skip');
    const limit = wholeNumber(request.query.limit, 20, MAX_PAGE, 'limit');
    const products = await this.#products.list({ skip, limit });
    response.json({ products: products.map(publicProduct) });
  };

  async #found(id) {
    const product = await this.#products.find(id);
    if (!product) throw new Problem(404, 'No such product');
    return product;
  }

  // Photos come first: a product whose photos are nowhere would be worse than a photo that no product has.
  async #withPhotos(files, write) {
    const images = await this.#photos.store((files ?? []).map((file) => file.buffer));
    let outcome = null;
    try {
      outcome = await write(images);
      return outcome;
    } finally {
      if (outcome === null) await this.#photos.remove(images.map(({ publicId }) => publicId));
    }
  }
}

function wholeNumber(value, fallback, max, name) {
  const number = Number(value ?? fallback);
  if (!Number.isInteger(number) || number < 0 || number > max) {
    throw new Problem(400, `${name} is a whole number from 0 to ${max}`);
  }
  return number;
}
