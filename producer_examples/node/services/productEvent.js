import { attributesOf, publicIdsOf } from './productView.js';

const SOURCE = '/shop/backend';

/**
 * The Kafka message for what a product's outbox holds: a CloudEvent in structured mode.
 *
 * It tells the product as it is now, with its version; several changes may so become one event. Only what is
 * named here leaves the shop: a purchase price in the same document must not.
 */
export function eventMessage(product, topics, publicUrl) {
  const { eventId, eventType, time } = product.outbox;
  const id = String(product._id);
  const event = {
    specversion: '1.0',
    id: eventId,
    source: SOURCE,
    type: eventType,
    subject: id,
    time: time.toISOString(),
    datacontenttype: 'application/json',
    data: product.deletedAt ? { id, version: product.version } : eventData(product, id, publicUrl),
  };
  return {
    topic: topics.includes(eventType) ? eventType : topics[0],
    key: id,
    value: JSON.stringify(event),
    headers: { 'content-type': 'application/cloudevents+json' },
  };
}

/** The publicIds of the photos that go with a deleted product, once its event is out. */
export function photosOf(product) {
  return publicIdsOf(product.images);
}

function eventData(product, id, publicUrl) {
  return {
    id,
    version: product.version,
    name: product.name,
    category: product.category,
    brand: product.brand,
    price: product.price,
    currency: product.currency,
    in_stock: product.stock > 0,
    url: `${publicUrl}/api/products/${id}`,
    images: product.images.map(({ url, publicId }) => ({ url, public_id: publicId })),
    attributes: attributesOf(product),
  };
}
