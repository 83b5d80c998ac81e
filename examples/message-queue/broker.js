import { EventEmitter } from 'node:events';

/**
 * Stands in for a broker, in memory. Its messages have the form of Kafka's in Node clients: `value` and every header are Buffers.
 * With AMQP the headers are strings or Buffers under `properties.headers`; nothing else changes for the consumer.
 */
export class Broker {
  #topics = new EventEmitter();
  /** Messages that no consumer could take, without their headers: they hold tokens. */
  deadLetters = [];

  publish(topic, { value, headers = {} }) {
    const bytes = Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, Buffer.from(header)]));
    this.#topics.emit(topic, { value: Buffer.from(value), headers: bytes });
  }

  subscribe(topic, consume) {
    this.#topics.on(topic, consume);
  }

  deadLetter(topic, message, reason) {
    this.deadLetters.push({ topic, value: message.value, reason });
  }

  retry(topic, message, afterSeconds) {
    setTimeout(() => this.#topics.emit(topic, message), afterSeconds * 1000);
  }
}
