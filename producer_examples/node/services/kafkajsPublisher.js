import { Kafka, logLevel, Partitioners } from 'kafkajs';

import { DeadlinePassed, withDeadline } from './deadline.js';

const CLOSE_MS = 2000;

/** Messages to Kafka, by kafkajs: the same promises as ./publisher.js. */
export class KafkajsPublisher {
  #settings;
  #connected;

  /** settings: brokers, tls, sasl, deliveryMs. Connects with the first message. */
  constructor(settings) {
    this.#settings = settings;
  }

  /** Resolves when every in-sync replica has the message, within deliveryMs; after a failure nothing is sent later. */
  async publish({ topic, ...message }) {
    const connected = (this.#connected ??= this.#connect());
    try {
      const sent = connected.then((producer) => producer.send({ topic, messages: [message], acks: -1 }));
      await withDeadline(sent, this.#settings.deliveryMs, 'Kafka');
    } catch (error) {
      if (error instanceof DeadlinePassed || error.name === 'KafkaJSConnectionError') await this.#giveUp(connected);
      throw error;
    }
  }

  async close() {
    if (this.#connected) await this.#giveUp(this.#connected);
  }

  async #connect() {
    const { brokers, tls, sasl, deliveryMs } = this.#settings;
    const kafka = new Kafka({
      clientId: 'shop-backend',
      brokers,
      ssl: tls,
      sasl: sasl && { ...sasl, mechanism: sasl.mechanism.toLowerCase() },
      connectionTimeout: deliveryMs / 2,
      requestTimeout: deliveryMs,
      retry: { retries: 3, initialRetryTime: Math.min(300, deliveryMs / 10), maxRetryTime: deliveryMs },
      logLevel: logLevel.NOTHING,
    });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    return producer;
  }

  async #giveUp(connected) {
    if (this.#connected === connected) this.#connected = undefined;
    const closed = connected.then((producer) => producer.disconnect());
    await withDeadline(closed, CLOSE_MS, 'closing').catch(() => {});
  }
}
