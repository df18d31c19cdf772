import { Kafka, logLevel, Partitioners } from 'kafkajs';

import { DeadlinePassed, withDeadline } from './deadline.js';

const CLOSE_MS = 2000;

/** Messages to Kafka, by kafkajs: the same promises as ./publisher.js. */
export class KafkajsPublisher {
  #settings;
  #client;

  /** settings: brokers, tls, sasl, deliveryMs. Connects with the first message. */
  constructor(settings) {
    this.#settings = settings;
  }

  /** Resolves when every in-sync replica has the message, within deliveryMs; after a failure nothing is sent later. */
  async publish({ topic, ...message }) {
    const client = (this.#client ??= this.#connect());
    try {
      const sent = client.connected.then(() => {
        // Connected too late: its message has been given up.
        if (client !== this.#client) throw new DeadlinePassed('Kafka was reached too late');
        return client.producer.send({ topic, messages: [message], acks: -1 });
      });
      await withDeadline(sent, this.#settings.deliveryMs, 'Kafka');
    } catch (error) {
      // One that has failed to connect does not try again by itself.
      const unconnected = error.name === 'KafkaJSConnectionError' || error.name === 'KafkaJSNumberOfRetriesExceeded';
      if (unconnected || error instanceof DeadlinePassed) await this.#giveUp(client);
      throw error;
    }
  }

  async close() {
    if (this.#client) await this.#giveUp(this.#client);
  }

  #connect() {
    const { brokers, tls, sasl, deliveryMs } = this.#settings;
    const kafka = new Kafka({
      clientId: 'shop-backend',
      brokers,
      ssl: tls,
      sasl: sasl && { ...sasl, mechanism: sasl.mechanism.toLowerCase() },
      connectionTimeout: deliveryMs / 2,
      requestTimeout: deliveryMs,
      retry: { retries: 2, initialRetryTime: Math.min(300, deliveryMs / 10), maxRetryTime: deliveryMs },
      logLevel: logLevel.NOTHING,
    });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    return { producer, connected: producer.connect() };
  }

  async #giveUp(client) {
    if (this.#client === client) this.#client = undefined;
    await withDeadline(client.producer.disconnect(), CLOSE_MS, 'closing').catch(() => {});
  }
}
