import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { photoExtension } from './photoType.js';

const OWN_NAME = /^[0-9a-f-]{36}\.[a-z]{3,4}$/;

/** A folder that stands in for Cloudinary, where there is no account: same methods, same results. */
export class FolderPhotos {
  #folder;
  #publicUrl;

  constructor(folder, publicUrl) {
    this.#folder = folder;
    this.#publicUrl = publicUrl;
  }

  /** Store pictures; resolves to their {url, publicId}, in the same order. */
  async store(pictures) {
    await mkdir(this.#folder, { recursive: true });
    return Promise.all(pictures.map(async (bytes) => {
      const publicId = `${randomUUID()}.${photoExtension(bytes)}`;
      await writeFile(path.join(this.#folder, publicId), bytes);
      return { url: `${this.#publicUrl}/photos/${publicId}`, publicId };
    }));
  }

  /** Remove pictures; one that is not there is none to remove. */
  async remove(publicIds) {
    const own = publicIds.filter((publicId) => OWN_NAME.test(publicId));
    await Promise.all(own.map((publicId) => rm(path.join(this.#folder, publicId), { force: true })));
  }
}
