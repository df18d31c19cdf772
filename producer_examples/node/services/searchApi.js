import { log } from '../log.js';
import { Rest } from './rest.js';

/** The search API refuses what the shopper sent; the message may be shown to them. */
export class SearchRefused extends Error {
  constructor(status, { title = 'Not searchable', detail = '' }) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

const SHOPPERS_FAULT = new Set([400, 413, 415, 422]);
const NOT_INDEXED = new Set([404, 409]);
// These speak of one picture's host or of one shopper's pace, not of a search API that is down.
const NO_REASON_TO_REST = new Set([401, 403, 429, 502, 504]);

/**
 * The search API, which the shop can do without.
 *
 * Methods resolve to {hits, degraded}: hits are {id, score, image}, best first; degraded is null, or says why there
 * are none. terms is a URLSearchParams of `limit` and `filter.…`. They throw SearchRefused.
 */
export class SearchApi {
  #settings;
  #rest;

  /** settings: url, key, timeoutMs, restMs. */
  constructor(settings) {
    this.#settings = settings;
    this.#rest = new Rest(settings.restMs);
  }

  similarToProduct(id, terms) {
    return this.#ask(`/products/${encodeURIComponent(id)}/similar?${terms}`, {});
  }

  similarToPhoto(bytes, terms) {
    const body = new FormData();
    body.append('file', new Blob([bytes]), 'photo');
    return this.#ask(`/find_similar?${terms}`, { method: 'POST', body });
  }

  async #ask(path, request) {
    if (this.#rest.resting()) return without('search-unavailable');
    const { url, key, timeoutMs } = this.#settings;
    let status;
    let answer;
    try {
      const response = await fetch(url + path, {
        ...request,
        headers: key ? { authorization: `Bearer ${key}` } : {},
        redirect: 'error',
        // It covers the body too.
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.status;
      answer = await response.json();
    } catch (error) {
      this.#rest.failed();
      log('warn', 'search API failed', { reason: String(error.cause ?? error), status });
      return without(error.name === 'TimeoutError' ? 'search-slow' : 'search-unavailable');
    }
    if (status === 200) {
      this.#rest.succeeded();
      return { hits: answer.hits.map(hit), degraded: null };
    }
    return this.#refused(status, answer);
  }

  #refused(status, problem) {
    if (status >= 500 && !NO_REASON_TO_REST.has(status)) this.#rest.failed();
    else this.#rest.succeeded();
    if (SHOPPERS_FAULT.has(status)) throw new SearchRefused(status, problem);
    if (NOT_INDEXED.has(status)) return without('not-indexed-yet');
    log('warn', 'search API refused', { status, title: problem.title });
    return without(status === 429 ? 'search-busy' : 'search-unavailable');
  }
}

function hit({ score, product, image }) {
  return { id: product.id, score, image: image.url };
}

function without(degraded) {
  return { hits: [], degraded };
}
