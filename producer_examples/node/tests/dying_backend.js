// The backend, killed as by kill -9 at one step: node tests/dying_backend.js before|after outbox.take
// The step's first call of the process counts.
import { createParts, startBackend } from '../backend.js';
import { log } from '../log.js';
import { readSettings } from '../settings.js';

const [moment, step] = process.argv.slice(2);
const [part, method] = step.split('.');
const settings = readSettings(process.env);
const parts = createParts(settings);
parts[part] = deadly(parts[part]);
const backend = await startBackend(settings, parts);
log('info', 'listening', { address: backend.address });

function deadly(whole) {
  return new Proxy(whole, {
    get(target, name) {
      const found = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      if (name !== method) return found.bind(target);
      return async (...words) => {
        if (moment === 'before') die();
        await found.apply(target, words);
        return die();
      };
    },
  });
}

function die() {
  process.kill(process.pid, 'SIGKILL');
}
