import type { TokenRequestFailed } from '../token-request-failed.js';

/** No certificate, or no trust bundle, could be had. Holds no secret, so it may be logged as it is. */
export class CertificateRequestFailed extends Error {
  override readonly name = 'CertificateRequestFailed';
  /** HTTP status of the answer; absent when there was none. */
  readonly status: number | undefined;
  /** Of the problem document. */
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, { status, code, requestId, retryAfterSeconds }: Partial<TokenRequestFailed> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
