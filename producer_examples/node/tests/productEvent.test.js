import assert from 'node:assert/strict';
import { test } from 'node:test';

import { eventMessage } from '../services/productEvent.js';

const product = {
  _id: '665f1c0a665f1c0a665f1c0a',
  name: 'Linen shirt',
  category: 'shirt',
  price: 49.9,
  currency: 'EUR',
  stock: 3,
  purchasePrice: 31.41,
  images: [{ url: 'https://res.cloudinary.com/demo/image/upload/v1/a.jpg', publicId: 'a' }],
  attributes: { colour: 'white' },
  version: 7,
  outbox: { eventId: 'e1', eventType: 'product.updated', time: new Date('2026-11-23T02:17:00.123Z') },
};

test('an event says what the product looks like, in the words of the contract', () => {
  const message = eventMessage(product, ['products'], 'https://shop.example');
  const event = JSON.parse(message.value);
  assert.equal(message.key, product._id);
  assert.equal(event.id, 'e1');
  assert.equal(event.type, 'product.updated');
  assert.equal(event.time, '2026-11-23T02:17:00.123Z');
  assert.deepEqual(event.data.images, [{ url: product.images[0].url, public_id: 'a' }]);
  assert.equal(event.data.in_stock, true);
  assert.equal(event.data.version, 7);
});

test('what is not named stays in the shop', () => {
  assert.ok(!eventMessage(product, ['products'], 'https://shop.example').value.includes('31.41'));
});

test('a deleted product is told by its id and version alone', () => {
  const deleted = { ...product, deletedAt: new Date(), outbox: { ...product.outbox, eventType: 'product.deleted' } };
  assert.deepEqual(JSON.parse(eventMessage(deleted, ['products'], '').value).data, { id: product._id, version: 7 });
});

test('an event goes to the topic of its type, where there is one, else to the first', () => {
  assert.equal(eventMessage(product, ['products', 'other'], '').topic, 'products');
  assert.equal(eventMessage(product, ['product.created', 'product.updated'], '').topic, 'product.updated');
});
