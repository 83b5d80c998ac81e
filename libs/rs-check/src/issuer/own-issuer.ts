import type { AccessTokenAlg } from '@countersign/oauth';
import { serveTestIssuer } from '@countersign/testing';
import { SetupError } from '../setup-error.js';
import { TOKEN_LIFETIME_SECONDS, type TokenSource, type TokenWishes } from './token-source.js';

const OTHER_ALGS: readonly AccessTokenAlg[] = ['PS256', 'ES256'];

/** An issuer for the time of the run, on loopback, that the API under test was configured to trust. @throws SetupError */
export async function openOwnIssuer(port: number, name: string | undefined, { target, claims }: TokenWishes): Promise<TokenSource> {
  const served = await serveTestIssuer({ port, ...(name !== undefined && { issuer: name }), otherAlgs: OTHER_ALGS }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new SetupError(`The own issuer cannot listen on port ${port}: ${error.code ?? error.message}.`);
    },
  );
  return {
    issuer: served.issuer,
    description: `signed by an issuer of rs-check's own at ${served.issuer}`,
    keys: served.jwks.keys,
    forge: {
      name: 'the own issuer',
      sign: (header, payload, choice) => Promise.resolve(served.signToTheLetter(header, payload, choice)),
    },
    revoker: undefined,
    goodToken: () =>
      served.tokenFor({
        audience: target.audience,
        scopes: target.scopes,
        lifetimeSeconds: TOKEN_LIFETIME_SECONDS,
        claims: { org_id: target.org, ...claims },
      }),
    close: () => served.close(),
  };
}
