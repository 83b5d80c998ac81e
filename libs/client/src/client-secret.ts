import { formatBasicCredentials } from '@countersign/oauth';
import type { ClientAuthentication } from './client-authentication.js';

/** A secret, or where to get it: asked for each token request, so that a rotated secret is taken up without a restart. */
export type SecretSource = string | (() => string | Promise<string>);

export interface ClientSecretOptions {
  /** HTTP Basic (the default) or the form. The issuer takes either. */
  method?: 'basic' | 'post';
}

/**
 * RFC 6749 §2.3.1: a shared secret.
 * @throws TypeError when the secret is missing, as an environment variable that is not set.
 */
export function clientSecret(secret: SecretSource, { method = 'basic' }: ClientSecretOptions = {}): ClientAuthentication {
  const read = typeof secret === 'function' ? secret : () => secret;
  if (typeof secret !== 'function') cleaned(secret);
  // The secret stays in this closure: no member shows it to a logger.
  return {
    name: `client_secret_${method}`,
    authenticate: async ({ clientId }) => {
      const value = cleaned(await read());
      return method === 'post'
        ? { parameters: { client_id: clientId, client_secret: value } }
        : { headers: { authorization: formatBasicCredentials({ clientId, clientSecret: value }) } };
    },
  };
}

function cleaned(secret: unknown): string {
  // A secret that was read from a file often ends in a line break.
  const value = typeof secret === 'string' ? secret.replace(/[\r\n]+$/, '') : '';
  if (value === '') throw new TypeError('The client secret is empty or not set.');
  return value;
}
