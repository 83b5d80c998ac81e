const SERVICE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Name of a microservice, and of the internal API that it serves: a DNS label (RFC 1123 §2.1), 1 to 63 characters. */
export function isServiceName(text: string): boolean {
  return SERVICE_NAME.test(text);
}
