import { Injectable } from '@nestjs/common';
import { AuditLog, RefusalCounter, type AuditOrigin } from '../../platform/audit/index.js';
import { Configuration } from '../../platform/config/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { httpProblem, Problem } from '../../platform/http/index.js';
import { RateLimiter, rateLimitHeaders, type RateLimitPolicy } from '../../platform/rate-limit/index.js';
import { CERTIFICATES_PROBLEMS } from './certificates.errors.js';

/** A request for a certificate that is not granted. */
export interface RefusedCertificate {
  /** For the audit log only. */
  readonly reason: string;
  /** Known only when a real token or a real certificate was shown. */
  readonly microserviceId?: string;
}

const PER_SERVICE: RateLimitPolicy = { name: 'certificates', limit: 60, windowSeconds: 60 };

/** What happens to those who get no certificate: one answer for all, an audit event, and a limit on guessing. */
@Injectable()
export class CertificateRefusals {
  private readonly perSource: RateLimitPolicy;
  private readonly failures: RateLimitPolicy;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly audit: AuditLog,
    private readonly counter: RefusalCounter,
    private readonly limiter: RateLimiter,
    { settings }: Configuration,
  ) {
    this.perSource = { name: 'certificates-source', limit: settings.RATE_LIMIT_TOKEN_PER_SOURCE, windowSeconds: 60 };
    this.failures = { name: 'authentication-failures', limit: settings.RATE_LIMIT_FAILURES_PER_SOURCE, windowSeconds: 60 };
  }

  /** @returns what to throw: it does not tell causes apart, because only a thief would learn from it. */
  async record({ reason, microserviceId }: RefusedCertificate, origin: AuditOrigin): Promise<Problem> {
    const source = origin.ip ?? 'unknown';
    const state = await this.limiter.consume(this.failures, source);
    // Whoever holds a used token may not write the audit log full with it.
    if (microserviceId === undefined || !state.allowed) this.counter.count('certificate.refused', source, reason);
    else await this.write(reason, microserviceId, origin);
    if (!state.allowed)
      return httpProblem('rate_limited', 'Too many failed authentications from this address.', { headers: rateLimitHeaders(state) });
    return new Problem(
      CERTIFICATES_PROBLEMS,
      'certificate_authentication_failed',
      'Send an unused join token of the last minutes, or call with the current certificate of the service.',
      { reason },
    );
  }

  /** Before anything is looked up for somebody who has proven nothing. @throws Problem `rate_limited` */
  async limitSource({ ip = 'unknown' }: AuditOrigin): Promise<void> {
    const state = await this.limiter.consume(this.perSource, ip);
    if (!state.allowed)
      throw httpProblem('rate_limited', 'Too many requests for certificates from this address.', { headers: rateLimitHeaders(state) });
  }

  /** @throws Problem `rate_limited` when a service asks for certificates all the time. */
  async limit(microserviceId: string): Promise<void> {
    const state = await this.limiter.consume(PER_SERVICE, microserviceId);
    if (!state.allowed)
      throw httpProblem('rate_limited', 'The service asks for too many certificates. One lasts for hours.', {
        headers: rateLimitHeaders(state),
      });
  }

  // Somebody holds what was real once: a token that was used or has ended, or the certificate of a service that was blocked.
  private write(reasonCode: string, microserviceId: string, origin: AuditOrigin): Promise<void> {
    return this.transactions.run((tx) =>
      this.audit.record(tx, {
        action: 'certificate.refused',
        actor: { type: 'anonymous' },
        target: { type: 'microservice', id: microserviceId },
        result: 'failure',
        reasonCode,
        origin,
      }),
    );
  }
}
