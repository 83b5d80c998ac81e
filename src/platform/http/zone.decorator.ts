import { SetMetadata } from '@nestjs/common';
import type { Zone } from '@countersign/oauth';

export const ZONES_METADATA = 'countersign:zones';

/** The zones whose listeners serve this route; on every other listener, and where nothing is declared, it is 404. */
export const InZone = (...zones: Zone[]): ClassDecorator & MethodDecorator => SetMetadata(ZONES_METADATA, zones);
