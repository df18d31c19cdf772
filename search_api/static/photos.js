// Photos become smaller before they travel: the model sees some 300 pixels of them anyway.

const MAX_SIDE_PX = 1024;
const SMALL_BYTES = 300_000;
const READ_BY_THE_API = new Set(["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"]);

/** The photo upright, as a JPEG of at most 1024 pixels a side; as it is where it is small, or cannot be read here. */
export async function smaller(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  try {
    const scale = Math.min(1, MAX_SIDE_PX / Math.max(bitmap.width, bitmap.height));
    const asItIs = READ_BY_THE_API.has(file.type);
    if (asItIs && scale === 1 && file.size <= SMALL_BYTES) return file;
    const blob = await jpeg(bitmap, scale);
    return blob && (!asItIs || blob.size < file.size) ? blob : file;
  } finally {
    bitmap.close();
  }
}

function jpeg(bitmap, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}
