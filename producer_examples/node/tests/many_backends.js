// Backends of several shops in one process, to start once what would take as many starts. Each word is a JSON object
// of the settings that are a shop's own.
import { startBackend } from '../backend.js';
import { log } from '../log.js';
import { readSettings } from '../settings.js';

const shops = process.argv.slice(2).map((own) => readSettings({ ...process.env, ...JSON.parse(own) }));
const backends = await Promise.all(shops.map((settings) => startBackend(settings)));
process.once('SIGTERM', () => Promise.all(backends.map((backend) => backend.stop())));
log('info', 'listening', { addresses: backends.map((backend) => backend.address) });
