import assert from 'node:assert/strict';
import { test } from 'node:test';

import { searchTerms } from '../services/searchTerms.js';

test('filters of a form and filters in JSON become the same terms', () => {
  const form = searchTerms({ limit: '5', 'filter.category': ['shirt', 'blouse'], 'filter.price.lte': '60' });
  const json = searchTerms({ limit: 5, filters: { category: ['shirt', 'blouse'], price: { lte: 60 } } });
  assert.equal(String(form), 'limit=5&filter.category=shirt&filter.category=blouse&filter.price.lte=60');
  assert.equal(String(json), String(form));
});

test('nothing else is passed on', () => {
  assert.equal(String(searchTerms({ productId: 'x', offset: '3' }, undefined)), '');
});
