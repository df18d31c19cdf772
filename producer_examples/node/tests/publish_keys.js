// Publishes one message a key: node tests/publish_keys.js platformatic|kafkajs key…
import { KafkajsPublisher } from '../services/kafkajsPublisher.js';
import { Publisher } from '../services/publisher.js';
import { readSettings } from '../settings.js';

const CLIENTS = { kafkajs: KafkajsPublisher, platformatic: Publisher };
const [client, ...keys] = process.argv.slice(2);
const { kafka } = readSettings(process.env);
const publisher = new CLIENTS[client](kafka);
try {
  for (const key of keys) {
    await publisher.publish({ topic: kafka.topics[0], key, value: `of ${key}`, headers: { client } });
  }
} catch (error) {
  process.stderr.write(`not published: ${error.message}\n`);
  process.exitCode = 1;
}
await publisher.close();
// kafkajs goes on knocking for a while where nobody answers.
process.exit();
