import { log } from './log.js';
import { readSettings } from './settings.js';

const STOP_MS = 25_000;

try {
  const settings = readSettings(process.env);
  // Only now: Cloudinary's SDK reads its variable when it is loaded, and complains less clearly.
  const { startBackend } = await import('./backend.js');
  const backend = await startBackend(settings);
  log('info', 'listening', { address: backend.address });
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop(backend));
} catch (error) {
  process.stderr.write(`shop backend: ${error.message}\n`);
  process.exit(1);
}

async function stop(backend) {
  // What is not published by then is still in the outbox.
  setTimeout(() => process.exit(1), STOP_MS).unref();
  await backend.stop();
  log('info', 'stopped');
}
