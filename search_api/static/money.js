// Prices as people of the browser's language write them.

/** A price in its currency; an unknown currency is written as it is, no price as nothing. */
export function priced(price, currency) {
  if (price === null || price === undefined) return "";
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(price);
  } catch {
    return [price, currency].filter((each) => each !== null && each !== undefined).join(" ");
  }
}
