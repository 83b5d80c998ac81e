import type { SenderConstraint } from '@countersign/oauth';
import { MtlsConstraint } from './mtls.constraint.js';

/** In order of precedence: DPoP, when it is built, before a certificate, which may be present only to authenticate. */
export const SENDER_CONSTRAINTS: readonly SenderConstraint[] = [new MtlsConstraint()];
