import { Problem } from '../middleware/problems.js';

const FIELDS = new Set(['name', 'description', 'category', 'brand', 'price', 'currency', 'stock', 'attributes']);
const ATTRIBUTE_NAME = /^[\p{L}\p{N}_-]{1,50}$/u;
const MAX_ATTRIBUTES = 50;

/**
 * The fields of a form or of JSON: {fields, removePhotos}. Throws Problem for one that is not a product's.
 *
 * Types are for the model to cast. In a form, attributes are `attributes[colour]=white`.
 */
export function productFields(body) {
  const { removePhotos = [], ...fields } = { ...body };
  for (const name of Object.keys(fields)) {
    if (!FIELDS.has(name)) throw new Problem(400, `${name} is no field of a product`);
  }
  if ('attributes' in fields) fields.attributes = checkedAttributes(fields.attributes);
  return { fields, removePhotos: [removePhotos].flat().map(String) };
}

function checkedAttributes(attributes) {
  const entries = Object.entries(typeof attributes === 'object' && attributes !== null ? attributes : [attributes]);
  if (entries.length > MAX_ATTRIBUTES) throw new Problem(400, `a product has at most ${MAX_ATTRIBUTES} attributes`);
  for (const [name, value] of entries) {
    // An event with anything else would be refused by the consumer, and the product never be found.
    if (!ATTRIBUTE_NAME.test(name) || !isScalarOrList(value)) {
      throw new Problem(400, 'attributes are named texts, numbers, booleans, or lists of these');
    }
  }
  return Object.fromEntries(entries);
}

function isScalarOrList(value) {
  return [value].flat().every((each) => ['string', 'number', 'boolean'].includes(typeof each));
}
