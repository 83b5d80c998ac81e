import { AccessTokenVerifier } from './access-token-verifier.js';
import type { KeySource } from './key-source.js';
import { RemoteJwks } from './remote-jwks.js';
import type { RevocationChecker } from './revocation-list.js';

/** How tokens are verified: a ready verifier, or what one is made of. */
export type VerifierOptions =
  | { verifier: AccessTokenVerifier }
  | {
      /** Exact `iss` of the tokens. */
      issuer: string;
      /** Default: the issuer's metadata says. */
      jwksUri?: string;
      /** Where this process reaches the issuer, if not under its name (containers). */
      fetchFrom?: string;
      /** Takes keys over plain HTTP from a host that is not loopback. */
      dangerouslyAllowHttp?: boolean;
      /** Replace to reach an issuer behind a private CA or a proxy. */
      fetch?: typeof fetch;
      /** In place of fetching them. */
      keys?: KeySource;
      revocations?: RevocationChecker;
      clockToleranceSeconds?: number;
    };

export function verifierOf(options: VerifierOptions): AccessTokenVerifier {
  if ('verifier' in options) return options.verifier;
  const { issuer, keys = new RemoteJwks(options), revocations, clockToleranceSeconds } = options;
  return new AccessTokenVerifier({
    issuer,
    keys,
    ...(revocations && { revocations }),
    ...(clockToleranceSeconds !== undefined && { clockToleranceSeconds }),
  });
}
