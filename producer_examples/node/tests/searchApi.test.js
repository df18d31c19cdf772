import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SearchApi, SearchRefused } from '../services/searchApi.js';
import { scriptedServer } from './scriptedServer.js';

const HIT = { score: 0.9, product: { id: 'p1' }, image: { url: 'https://images.example/a.jpg' } };
const FOUND = { status: 200, json: { hits: [HIT] } };
const TERMS = new URLSearchParams({ limit: '3' });

async function withSearch(t, answers, changed = {}) {
  const server = await scriptedServer(...answers);
  t.after(server.close);
  const settings = { url: server.url, key: undefined, timeoutMs: 2000, restMs: 60_000, ...changed };
  return { search: new SearchApi(settings), requests: server.requests };
}

test('a photo and a product are asked for with the terms and the key', async (t) => {
  const { search, requests } = await withSearch(t, [FOUND], { key: 'secret' });
  const expected = { hits: [{ id: 'p1', score: 0.9, image: 'https://images.example/a.jpg' }], degraded: null };
  assert.deepEqual(await search.similarToPhoto(Buffer.from('photo bytes'), TERMS), expected);
  assert.deepEqual(await search.similarToProduct('a/b', TERMS), expected);
  assert.equal(requests[0].url, '/find_similar?limit=3');
  assert.match(requests[0].body, /name="file"[^]*photo bytes/);
  assert.equal(requests[1].url, '/products/a%2Fb/similar?limit=3');
  assert.equal(requests[1].headers.authorization, 'Bearer secret');
});

test('one that hangs costs one time-out; those after it go without at once', async (t) => {
  const { search, requests } = await withSearch(t, [{ hang: true }], { timeoutMs: 200 });
  assert.deepEqual(await search.similarToProduct('p', TERMS), { hits: [], degraded: 'search-slow' });
  assert.deepEqual(await search.similarToProduct('p', TERMS), { hits: [], degraded: 'search-unavailable' });
  assert.equal(requests.length, 1);
});

test('one that is down is tried again after its rest', async (t) => {
  const { search } = await withSearch(t, [{ status: 503, json: { title: 'loading' } }, FOUND], { restMs: 0 });
  assert.equal((await search.similarToProduct('p', TERMS)).degraded, 'search-unavailable');
  assert.equal((await search.similarToProduct('p', TERMS)).degraded, null);
});

for (const [status, degraded] of [
  [404, 'not-indexed-yet'],
  [409, 'not-indexed-yet'],
  [429, 'search-busy'],
  [401, 'search-unavailable'],
]) {
  test(`a ${status} is an empty answer that says ${degraded}, and no reason to rest`, async (t) => {
    const { search, requests } = await withSearch(t, [{ status, json: { title: 'no' } }]);
    assert.deepEqual(await search.similarToProduct('p', TERMS), { hits: [], degraded });
    await search.similarToProduct('p', TERMS);
    assert.equal(requests.length, 2);
  });
}

for (const status of [400, 413, 415, 422]) {
  test(`a ${status} is the shopper's, with the search API's words`, async (t) => {
    const { search } = await withSearch(t, [{ status, json: { title: 'Bad', detail: 'colour is no filter' } }]);
    await assert.rejects(search.similarToProduct('p', TERMS), (error) => {
      assert.ok(error instanceof SearchRefused);
      assert.deepEqual([error.status, error.message], [status, 'colour is no filter']);
      return true;
    });
  });
}

test('an answer that is no JSON is a failure of the search API', async (t) => {
  const { search } = await withSearch(t, [{ status: 200, json: undefined }]);
  assert.equal((await search.similarToProduct('p', TERMS)).degraded, 'search-unavailable');
});
