/**
 * What is passed on to the search API: `limit`, and filters.
 *
 * They come as `filter.category=shirt&filter.price.lte=60` (in a URL or a form), or in JSON as
 * `filters: {category: [...], price: {lte: 60}}`, which mean the same. Whether a filter exists, the search API says.
 */
export function searchTerms(...sources) {
  const terms = new URLSearchParams();
  for (const source of sources) {
    for (const [name, value] of Object.entries(source ?? {})) {
      if (name === 'limit' || name.startsWith('filter.')) append(terms, name, value);
      else if (name === 'filters') appendFilters(terms, value);
    }
  }
  return terms;
}

function appendFilters(terms, filters) {
  for (const [field, value] of Object.entries(filters ?? {})) {
    const isBounds = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isBounds) append(terms, `filter.${field}`, value);
    else for (const [bound, limit] of Object.entries(value)) append(terms, `filter.${field}.${bound}`, limit);
  }
}

function append(terms, name, value) {
  for (const each of [value].flat()) terms.append(name, String(each));
}
