import { Problem } from '../middleware/problems.js';

const OBJECT_ID = /^[0-9a-f]{24}$/;

export function isProductId(text) {
  return OBJECT_ID.test(text);
}

/** The id in the path; what cannot be one is a product that is not there. */
export function idOf(request) {
  if (!isProductId(request.params.id)) throw new Problem(404, 'No such product');
  return request.params.id;
}
