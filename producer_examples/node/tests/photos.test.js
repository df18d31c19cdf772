import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { FolderPhotos } from '../services/folderPhotos.js';
import { photoExtension } from '../services/photoType.js';
import { scriptedServer } from './scriptedServer.js';

// The SDK decides between http and https when it is loaded, by this variable.
process.env.CLOUDINARY_URL = 'cloudinary://1:s@demo?upload_prefix=http://127.0.0.1';
const { CloudinaryPhotos, PhotosNotStored } = await import('../services/cloudinaryPhotos.js');

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const ADDRESS = 'https://res.cloudinary.com/demo/v1/a.jpg';
const UPLOADED = { status: 200, json: { secure_url: ADDRESS, public_id: 'products/a' } };

async function withCloudinary(t, answers, timeoutMs = 5000) {
  const server = await scriptedServer(...answers);
  t.after(server.close);
  const account = { cloud_name: 'demo', api_key: '1', api_secret: 's', upload_prefix: server.url };
  return { photos: new CloudinaryPhotos(account, timeoutMs), requests: server.requests };
}

test('photos go to Cloudinary as they are, and come back as addresses', async (t) => {
  const { photos, requests } = await withCloudinary(t, [UPLOADED]);
  const stored = await photos.store([JPEG]);
  assert.deepEqual(stored, [{ url: ADDRESS, publicId: 'products/a' }]);
  assert.equal(requests[0].url, '/v1_1/demo/image/upload');
  assert.ok(requests[0].body.includes(JPEG.toString('latin1')));
  assert.ok(requests[0].body.includes('signature'));
});

test('where one photo is refused, none is kept', async (t) => {
  const refused = { status: 400, json: { error: { message: 'Invalid image file' } } };
  const { photos, requests } = await withCloudinary(t, [UPLOADED, refused, { status: 200, json: { result: 'ok' } }]);
  await assert.rejects(photos.store([JPEG, JPEG]), PhotosNotStored);
  assert.equal(requests.at(-1).url, '/v1_1/demo/image/destroy');
  assert.ok(decodeURIComponent(requests.at(-1).body).includes('products/a'));
});

test('Cloudinary has a deadline, and removing has no error', async (t) => {
  const { photos } = await withCloudinary(t, [{ hang: true }], 200);
  await assert.rejects(photos.store([JPEG]), PhotosNotStored);
  await photos.remove(['products/a']);
});

test('a folder stands in for it, and removes only what it has stored', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'photos-'));
  t.after(() => rm(folder, { recursive: true }));
  const photos = new FolderPhotos(path.join(folder, 'photos'), 'http://127.0.0.1:3000');
  await writeFile(path.join(folder, 'other.txt'), 'stays');
  const [{ url, publicId }] = await photos.store([JPEG]);
  assert.equal(url, `http://127.0.0.1:3000/photos/${publicId}`);
  assert.deepEqual(await readFile(path.join(folder, 'photos', publicId)), JPEG);
  await photos.remove([publicId, publicId, '../other.txt']);
  assert.deepEqual(await readdir(path.join(folder, 'photos')), []);
  assert.equal(await readFile(path.join(folder, 'other.txt'), 'utf8'), 'stays');
});

test('a picture is told by its bytes', () => {
  assert.equal(photoExtension(JPEG), 'jpg');
  assert.equal(photoExtension(Buffer.from('\x89PNG\r\n\x1a\n....', 'latin1')), 'png');
  assert.equal(photoExtension(Buffer.from('RIFF....WEBPVP8', 'latin1')), 'webp');
  assert.equal(photoExtension(Buffer.from('....ftypavif', 'latin1')), 'avif');
  assert.equal(photoExtension(Buffer.from('<svg onload=alert(1)>')), null);
  assert.equal(photoExtension(Buffer.alloc(0)), null);
});
