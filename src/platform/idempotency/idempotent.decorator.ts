import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

/** Documents that the route honours `Idempotency-Key`; its service runs the work through `Idempotency.once`. */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A random value, kept for retries of this request. For 24 hours the same key and body get the same answer; a secret in it is repeated for 60 seconds, then null. Another body is 422.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
      example: '0f1e7c52-6d1b-4f0e-9a51-0c8a4b1f6a11',
    }),
  );
}
