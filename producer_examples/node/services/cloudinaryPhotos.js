import { v2 as cloudinary } from 'cloudinary';

import { log } from '../log.js';
import { withDeadline } from './deadline.js';

const FOLDER = 'products';

export class PhotosNotStored extends Error {}

/** The shop's photos at Cloudinary. */
export class CloudinaryPhotos {
  #options;
  #timeoutMs;

  /** account: cloud_name, api_key, api_secret. */
  constructor(account, timeoutMs) {
    this.#options = { ...account, timeout: timeoutMs };
    this.#timeoutMs = timeoutMs;
  }

  /** Store pictures, all or none; resolves to their {url, publicId}, in the same order. Throws PhotosNotStored. */
  async store(pictures) {
    const outcomes = await Promise.allSettled(pictures.map((bytes) => this.#upload(bytes)));
    const stored = outcomes.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (!failed) return stored;
    await this.remove(stored.map(({ publicId }) => publicId));
    throw new PhotosNotStored(`Cloudinary: ${failed.reason.message ?? failed.reason}`);
  }

  /** Remove pictures. What Cloudinary does not remove is logged: a picture too many harms nobody. */
  async remove(publicIds) {
    await Promise.all(publicIds.map(async (publicId) => {
      try {
        const removed = cloudinary.uploader.destroy(publicId, { ...this.#options, invalidate: true });
        await withDeadline(removed, this.#timeoutMs, 'Cloudinary');
      } catch (error) {
        log('warn', 'photo not removed', { publicId, reason: String(error.message ?? error) });
      }
    }));
  }

  #upload(bytes) {
    const uploaded = new Promise((resolve, reject) => {
      const options = { ...this.#options, folder: FOLDER, resource_type: 'image' };
      const stream = cloudinary.uploader.upload_stream(options, (error, result) => {
        if (error) reject(error);
        else resolve({ url: result.secure_url, publicId: result.public_id });
      });
      stream.on('error', reject);
      stream.end(bytes);
    });
    return withDeadline(uploaded, this.#timeoutMs, 'Cloudinary');
  }
}
