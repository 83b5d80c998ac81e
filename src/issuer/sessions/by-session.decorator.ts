import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { Public } from '@countersign/guards';

/** The route looks at the session of the browser itself; no token counts there. Its service asks `Sessions.require`. */
export function BySession(): MethodDecorator {
  // First, because the document keeps what is said first.
  return applyDecorators(ApiExtension('x-access', 'session'), Public());
}
