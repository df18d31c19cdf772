import { compatibilityPartitioner, ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka';

import { DeadlinePassed, withDeadline } from './deadline.js';

const CLOSE_MS = 2000;

/** Messages to Kafka, by @platformatic/kafka. */
export class Publisher {
  #settings;
  #producer;

  /** settings: brokers, tls, sasl, deliveryMs. Connects with the first message. */
  constructor(settings) {
    this.#settings = settings;
  }

  /**
   * Resolves when every in-sync replica has the message, within deliveryMs.
   *
   * After a failure it may have arrived all the same; it will not be sent later.
   */
  async publish(message) {
    const producer = (this.#producer ??= this.#connect());
    try {
      await withDeadline(producer.send({ messages: [message] }), this.#settings.deliveryMs, 'Kafka');
    } catch (error) {
      if (error instanceof DeadlinePassed) await this.#giveUp(producer);
      throw error;
    }
  }

  async close() {
    if (this.#producer) await this.#giveUp(this.#producer);
  }

  #connect() {
    const { brokers, tls, sasl, deliveryMs } = this.#settings;
    return new Producer({
      clientId: 'shop-backend',
      bootstrapBrokers: brokers,
      acks: ProduceAcks.ALL,
      // The partition that Kafka's own clients choose: all of a product's events in one, whoever sends them.
      partitioner: compatibilityPartitioner,
      serializers: stringSerializers,
      connectTimeout: deliveryMs / 2,
      requestTimeout: deliveryMs,
      timeout: deliveryMs,
      retries: 3,
      retryDelay: Math.min(1000, deliveryMs / 10),
      ...(tls && { tls: {} }),
      ...(sasl && { sasl }),
    });
  }

  // With its connections closed, a producer that was still retrying can send nothing any more.
  async #giveUp(producer) {
    if (this.#producer === producer) this.#producer = undefined;
    await withDeadline(producer.close(true), CLOSE_MS, 'closing').catch(() => {});
  }
}
