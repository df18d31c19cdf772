"""A backend as somebody makes it who follows docs/how-to/add-to-your-node-backend.md to the letter."""

import re
import shutil
from pathlib import Path

from tests.services.shop_backend import NODE_EXAMPLE

_GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "add-to-your-node-backend.md"

_EVENT = """
export function eventMessage({ _id, version, name, price, deletedAt, outbox }, [topic]) {
  const { eventId, eventType, time } = outbox;
  const id = String(_id);
  const data = deletedAt ? { id, version } : { id, version, name, price };
  const event = { specversion: '1.0', id: eventId, source: '/copied', type: eventType, time, data };
  return { topic, key: id, value: JSON.stringify(event) };
}

export const photosOf = (product) => product.photos ?? [];
"""

_SCRIPT = """
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { Outbox } from './services/outbox.js';
import { Publisher } from './services/publisher.js';
import { Relay } from './services/relay.js';

const schema = new mongoose.Schema({ name: String, price: Number, photos: [String], %(fields)s });
const Product = mongoose.model('Product', schema);
const photos = { remove: async () => {} };
const log = (level, event, fields) => console.log(level, event, JSON.stringify(fields));
const settled = async () => {
  while (await Product.exists({ 'outbox.time': { $exists: true } })) await sleep(20);
};

await mongoose.connect(process.argv[2]);
const { insertedId: id } = await Product.collection.insertOne({ name: 'Old', price: 1 });
await (async () => { %(before)s })();
%(relay)s
await settled();
const price = 2;
await (async () => { %(change)s })();
relay.wake();
await settled();
process.kill(process.pid, 'SIGTERM');
await relay.stop();
await mongoose.disconnect();
"""


def copied_backend(folder: Path, bootstrap_servers: str, topic: str) -> Path:
    """Make it; returns a script that takes MongoDB's URI, tells an old product, changes it, and ends."""
    text = _GUIDE.read_text("utf-8")
    blocks = dict(re.findall(r"## ([^\n]+)\n(?:(?!\n## ).)*?```js\n(.*?)```", text, re.DOTALL))
    services = folder / "services"
    services.mkdir(parents=True)
    (copying,) = re.findall(r"^Copy (.*?), and write", text, re.MULTILINE)
    for name in re.findall(r"`services/(\w+\.js)`", copying):
        shutil.copy(NODE_EXAMPLE / "services" / name, services / name)
    (services / "productEvent.js").write_text(_EVENT)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(NODE_EXAMPLE / "node_modules")
    relay = (
        blocks["The relay"].replace("localhost:9092", bootstrap_servers).replace("'products'", f"'{topic}'")
    )
    script = folder / "backend.js"
    script.write_text(
        _SCRIPT
        % {
            "fields": blocks["The fields"],
            "before": blocks["The products you have"],
            "relay": relay,
            "change": blocks["A change"],
        }
    )
    return script
