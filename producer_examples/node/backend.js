import { randomUUID } from 'node:crypto';
import path from 'node:path';

import mongoose from 'mongoose';

import { createApp } from './app.js';
import { log } from './log.js';
import { productModel } from './models/product.js';
import { CloudinaryPhotos } from './services/cloudinaryPhotos.js';
import { FolderPhotos } from './services/folderPhotos.js';
import { Outbox } from './services/outbox.js';
import { ProductStore } from './services/productStore.js';
import { Publisher } from './services/publisher.js';
import { Relay } from './services/relay.js';
import { SearchApi } from './services/searchApi.js';

/** The only place that makes parts from settings. */
export function createParts(settings) {
  const { cloudinary, timeoutMs, folder } = settings.photos;
  const connection = mongoose.createConnection();
  const model = productModel(connection);
  let relay;
  const parts = {
    connection,
    model,
    photos: cloudinary ? new CloudinaryPhotos(cloudinary, timeoutMs) : new FolderPhotos(folder, settings.publicUrl),
    products: new ProductStore(model, () => relay?.wake()),
    outbox: new Outbox(model, { owner: randomUUID(), leaseMs: settings.relay.leaseMs }),
    publisher: new Publisher(settings.kafka),
    search: new SearchApi(settings.search),
    startRelay: () => {
      relay = new Relay({
        ...parts,
        topics: settings.kafka.topics,
        publicUrl: settings.publicUrl,
        pollMs: settings.relay.pollMs,
        deliveryMs: settings.kafka.deliveryMs,
        log,
      });
      relay.start();
      return relay;
    },
  };
  return parts;
}

/**
 * Connect to MongoDB, start the relay, and listen.
 *
 * Kafka and the search API may be away: their work waits, or is gone without. Resolves to {address, stop}; throws
 * where MongoDB does not answer or the port is taken.
 */
export async function startBackend(settings, parts = createParts(settings)) {
  const ms = settings.mongodbTimeoutMs;
  await parts.connection.openUri(settings.mongodbUri, {
    serverSelectionTimeoutMS: ms,
    connectTimeoutMS: ms,
    socketTimeoutMS: ms,
    waitQueueTimeoutMS: ms,
    bufferCommands: false,
  });
  await parts.model.createIndexes();
  const { photos, connection } = parts;
  const app = createApp({
    ...parts,
    adminToken: settings.adminToken,
    photoFolder: photos instanceof FolderPhotos ? path.resolve(settings.photos.folder) : undefined,
    isHealthy: () => connection.readyState === mongoose.ConnectionStates.connected,
  });
  const server = await listening(app, settings);
  const relay = parts.startRelay();
  const stop = async () => {
    await Promise.all([closed(server), relay.stop()]);
    await parts.publisher.close();
    await connection.close();
  };
  return { address: `http://${settings.host}:${server.address().port}`, stop };
}

function listening(app, { host, port }) {
  return new Promise((resolve, reject) => {
    const server = app.listen(port, host, (error) => (error ? reject(error) : resolve(server)));
    server.requestTimeout = 60_000;
  });
}

function closed(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
}
