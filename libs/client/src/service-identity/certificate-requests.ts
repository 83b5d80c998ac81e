import { reachableUrl, type IssuerLocation } from '@countersign/oauth';
import { askIssuer } from '../ask-issuer.js';
import type { Clock } from '../clock.js';
import { TokenRequestFailed } from '../token-request-failed.js';
import { CertificateRequestFailed } from './certificate-request-failed.js';
import { ServiceCertificate } from './service-certificate.js';
import { readTrustBundle, type TrustBundle } from './trust-bundle.js';

export interface CertificateRequestsOptions extends IssuerLocation {
  clock: Clock;
  timeoutMs: number;
  certificateLifetimeSeconds: number | undefined;
}

/** Asks the internal issuer for certificates and for whom to trust. */
export class CertificateRequests {
  constructor(private readonly options: CertificateRequestsOptions) {}

  /**
   * A certificate for a new key: against a join token, or over connections that show the current one.
   * @throws CertificateRequestFailed
   */
  async issue(fetch: typeof globalThis.fetch, joinToken?: string): Promise<ServiceCertificate> {
    const { newKey } = await import('./certificate-signing-request.js');
    const { key, request } = await newKey();
    const issuedAtMs = this.options.clock.epochMs();
    const answer = await this.ask('certificates', fetch, {
      certificate_request: request,
      join_token: joinToken,
      lifetime_seconds: this.options.certificateLifetimeSeconds,
    });
    const { certificate, client_id: clientId, spiffe_id: spiffeId } = answer;
    if (typeof certificate !== 'string' || typeof clientId !== 'string' || typeof spiffeId !== 'string')
      throw new CertificateRequestFailed('The issuer answered without a certificate.');
    try {
      const record = { certificate, key, clientId, spiffeId, issuedAtMs, lifetimeMs: lifetimeOf(answer) };
      return new ServiceCertificate(record, this.options.clock);
    } catch (error) {
      throw new CertificateRequestFailed(`The issuer answered with a certificate that is of no use. ${(error as Error).message}`);
    }
  }

  /** @throws CertificateRequestFailed */
  async bundle(fetch: typeof globalThis.fetch): Promise<TrustBundle> {
    const document = await this.ask('.well-known/spiffe-bundle', fetch);
    try {
      return readTrustBundle(document);
    } catch (error) {
      throw new CertificateRequestFailed((error as Error).message);
    }
  }

  private async ask(path: string, fetch: typeof globalThis.fetch, body?: object): Promise<Record<string, unknown>> {
    const { issuer, timeoutMs, clock } = this.options;
    const url = reachableUrl(`${issuer.replace(/\/$/, '')}/${path}`, this.options);
    const headers = { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) };
    const init = { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) };
    try {
      return await askIssuer(url, init, { fetch, timeoutMs, clock, success: body ? 201 : 200 });
    } catch (error) {
      if (error instanceof TokenRequestFailed) throw new CertificateRequestFailed(error.message, error);
      throw error;
    }
  }
}

/** From the answer alone: this machine's clock may be wrong. The issuer asks for renewal at half of the life. */
function lifetimeOf({ renew_at: renewAt, expires_at: expiresAt }: Record<string, unknown>): number {
  const lifetimeMs = 2 * (Date.parse(String(expiresAt)) - Date.parse(String(renewAt)));
  if (!(lifetimeMs > 0)) throw new Error('It has no life.');
  return lifetimeMs;
}
