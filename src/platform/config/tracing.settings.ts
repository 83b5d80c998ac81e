import { makeValidator, str } from 'envalid';

const collectorUrl = makeValidator<string>((text) => {
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol)) throw new TypeError('must start with http:// or https://');
  if (url.username || url.password || url.search || url.hash) throw new TypeError('must have no user, query or fragment');
  return text;
});

export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl({
    desc: 'Base URL of an OpenTelemetry collector that takes OTLP over HTTP as JSON, without /v1/traces; not set: no spans are made.',
    default: undefined,
    example: 'http://localhost:4318',
  }),
  OTEL_SERVICE_NAME: str({ desc: 'What spans call this process.', default: 'countersign' }),
};
