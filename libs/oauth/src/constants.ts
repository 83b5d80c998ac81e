/** RFC 7523 §2.2. */
export const JWT_BEARER_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** RFC 7523 §2.1: `grant_type` of an assertion that is the grant itself. */
export const JWT_BEARER_GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Accepted `typ` values of a client assertion, lower case, without `application/` (RFC 7523 and RFC 10070). Absent is accepted too. */
export const CLIENT_ASSERTION_TYPS = ['jwt', 'client-authentication+jwt'];

/** Asymmetric algorithms a client may sign its assertions with. */
export const CLIENT_ASSERTION_ALGS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;

/** RFC 8628 §3.4. */
export const DEVICE_CODE_GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8693 §2.1. */
export const TOKEN_EXCHANGE_GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** RFC 8693 §3. */
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

/** Ours: a long-lived key of an organization or a person, exchanged for a short token. */
export const API_KEY_TOKEN_TYPE = 'urn:countersign:token-type:api-key';
