import { Problem } from '../middleware/problems.js';
import { publicProduct } from '../services/productView.js';
import { searchTerms } from '../services/searchTerms.js';
import { idOf, isProductId } from './productId.js';

/** Products that look alike. parts: products, search. */
export class SimilarController {
  #products;
  #search;

  constructor({ products, search }) {
    this.#products = products;
    this.#search = search;
  }

  /** By a shopper's photo, or by `productId`. */
  toPhotoOrProduct = async (request, response) => {
    const [photo] = request.files ?? [];
    const { productId } = { ...request.body };
    if (Boolean(photo) === Boolean(productId)) throw new Problem(400, 'Send a photo or a productId');
    const terms = searchTerms(request.query, request.body);
    const found = photo
      ? await this.#search.similarToPhoto(photo.buffer, terms)
      : await this.#toProduct(String(productId), terms);
    response.json(await this.#answer(found));
  };

  toProduct = async (request, response) => {
    response.json(await this.#answer(await this.#toProduct(idOf(request), searchTerms(request.query))));
  };

  async #toProduct(id, terms) {
    const product = isProductId(id) ? await this.#products.find(id) : null;
    if (!product) throw new Problem(404, 'No such product');
    return this.#search.similarToProduct(id, terms);
  }

  // The index says what looks alike; what it costs and whether it is there is for the shop to say.
  async #answer({ hits, degraded }) {
    const live = await this.#products.findMany(hits.map(({ id }) => id).filter(isProductId));
    const products = hits
      .filter(({ id }) => live.has(id))
      .map(({ id, score, image }) => ({ ...publicProduct(live.get(id)), score, matchedImage: image }));
    return { products, degraded: degraded !== null, ...(degraded && { reason: degraded }) };
  }
}
