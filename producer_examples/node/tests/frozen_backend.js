// The backend, whose first publish waits until the file `thaw` lies beside its folder of photos: longer than its
// lease, as a machine that was suspended would.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { createParts, startBackend } from '../backend.js';
import { log } from '../log.js';
import { readSettings } from '../settings.js';

const settings = readSettings(process.env);
const thaw = path.join(settings.photos.folder, '..', 'thaw');
const parts = createParts(settings);
const publisher = parts.publisher;
parts.publisher = {
  async publish(message) {
    if (!existsSync(thaw)) {
      log('info', 'frozen');
      while (!existsSync(thaw)) await sleep(50);
      await publisher.publish(message);
      log('info', 'thawed');
      return;
    }
    await publisher.publish(message);
  },
  close: () => publisher.close(),
};
const backend = await startBackend(settings, parts);
log('info', 'listening', { address: backend.address });
