import { formatBasicCredentials } from '@countersign/oauth';

/** How the guards of an API prove to the issuer whose they are. */
export interface IssuerAccess {
  /** Of the API itself: its id, and a secret from `POST /v1/apis/{id}/credentials`. */
  credential?: { apiId: string; secret: string };
  /**
   * Replace to reach an issuer behind a private CA or a proxy. In the internal zone one whose connections show the certificate of the
   * service that the API is named after takes the place of `credential`.
   */
  fetch?: typeof fetch;
}

/** Headers of every request that must be authenticated. @throws TypeError where nothing would prove whose guards ask. */
export function accessHeaders({ credential, fetch }: IssuerAccess): Readonly<Record<string, string>> {
  if (credential) return { authorization: formatBasicCredentials({ clientId: credential.apiId, clientSecret: credential.secret }) };
  if (fetch) return {};
  throw new TypeError(
    'Pass the credential of the API, or in the internal zone a fetch whose connections show the certificate of its service.',
  );
}
