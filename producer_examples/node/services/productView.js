/** What shoppers may see of a product. */
export function publicProduct(product) {
  return {
    id: String(product._id),
    name: product.name,
    description: product.description,
    category: product.category,
    brand: product.brand,
    price: product.price,
    currency: product.currency,
    stock: product.stock,
    images: product.images.map(({ url, publicId }) => ({ url, publicId })),
    attributes: attributesOf(product),
    version: product.version,
  };
}

/** A product's attributes as a plain object: a document has a Map, what was read with lean() has none. */
export function attributesOf({ attributes }) {
  return attributes instanceof Map ? Object.fromEntries(attributes) : (attributes ?? {});
}

export function publicIdsOf(images) {
  return images.map((image) => image.publicId);
}
