import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Rest } from '../services/rest.js';

test('after a failure a service rests; then one call tries it, alone, and success opens it for all', () => {
  let now = 1000;
  const rest = new Rest(100, () => now);
  assert.equal(rest.resting(), false);
  rest.failed();
  assert.equal(rest.resting(), true);
  now += 100;
  assert.equal(rest.resting(), false);
  assert.equal(rest.resting(), true);
  rest.succeeded();
  assert.equal(rest.resting(), false);
});
