import type { SenderConstraint } from '@countersign/oauth';

/** In order of precedence: DPoP before a certificate, which may be present only to authenticate. None is built yet. */
export const SENDER_CONSTRAINTS: readonly SenderConstraint[] = [];
