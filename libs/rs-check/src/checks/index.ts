import { Registry } from '@countersign/oauth';
import type { Check } from '../check.js';
import { CHALLENGE_CHECKS } from './challenges.js';
import { CLAIM_CHECKS } from './claims.js';
import { DATE_CHECKS } from './dates.js';
import { ENCODING_CHECKS } from './encodings.js';
import { HEADER_CHECKS } from './headers.js';
import { KEY_INJECTION_CHECKS } from './key-injection.js';
import { METADATA_CHECKS } from './metadata.js';
import { POSSESSION_CHECKS } from './possession.js';
import { PROOF_CHECKS } from './proofs.js';
import { CLOSING_CHECK, REVOCATION_CHECKS } from './revocation.js';
import { SCOPE_CHECKS } from './scopes.js';
import { SIGNATURE_CHECKS } from './signatures.js';
import { TENANCY_CHECKS } from './tenancy.js';
import { TRANSPORT_CHECKS } from './transport.js';

/** Every check there is, in the order in which they run. */
export const CHECKS = new Registry<Check>('check', [
  ...SIGNATURE_CHECKS,
  ...KEY_INJECTION_CHECKS,
  ...HEADER_CHECKS,
  ...ENCODING_CHECKS,
  ...CLAIM_CHECKS,
  ...DATE_CHECKS,
  ...SCOPE_CHECKS,
  ...POSSESSION_CHECKS,
  ...PROOF_CHECKS,
  ...TENANCY_CHECKS,
  ...TRANSPORT_CHECKS,
  ...CHALLENGE_CHECKS,
  ...METADATA_CHECKS,
  ...REVOCATION_CHECKS,
  CLOSING_CHECK,
]);
