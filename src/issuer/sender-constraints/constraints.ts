import { DpopConstraint } from './dpop.constraint.js';
import { MtlsConstraint } from './mtls.constraint.js';

/** In order of precedence: DPoP before a certificate, which may be present only to authenticate. */
export const SENDER_CONSTRAINTS = [DpopConstraint, MtlsConstraint];
