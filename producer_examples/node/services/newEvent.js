import { randomUUID } from 'node:crypto';

/** An event's place in the outbox. Its id tells this event from every other of the product. */
export function newEvent(eventType) {
  return { eventId: randomUUID(), eventType, time: new Date() };
}
