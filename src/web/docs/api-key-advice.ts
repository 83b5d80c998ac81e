import type { AdviceTable } from './error-advice.js';

/** By code: of API keys and personal access tokens. */
export const API_KEY_ADVICE: AdviceTable = {
  api_key_ended: {
    cause: 'The rotation came after the end: the job that rotates runs less often than the key lives, or somebody revoked the key.',
    fix: 'Create a new key, and rotate before `expires_at`; the list of keys shows `status` and `revoked_reason`.',
  },
  api_key_replaced: {
    cause: 'The job that rotates did not keep the id of the new key, or two of them run.',
    fix: 'Rotate the key that `replaced_by` of the old one names; if nobody has its text, revoke it and create a new one.',
  },
  too_many_tokens: {
    cause: 'A script makes a new personal access token on every run in place of rotating one.',
    fix: 'GET /v1/me/personal-access-tokens lists them with their last use; DELETE those that nobody uses.',
  },
  report_not_signed: {
    cause: 'The scanner signs with a key that is not in SECRET_SCANNING_KEYS or at SECRET_SCANNING_KEYS_URL, or a proxy changed the body.',
    fix: 'Compare the header `Github-Public-Key-Identifier` with the configured keys; sign the bytes of the body as they are sent.',
  },
};
