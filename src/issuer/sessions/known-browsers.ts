import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../../platform/config/index.js';
import { SecretDigests } from '../../platform/crypto/index.js';
import { Cookie } from './cookies.js';

const MAX_AGE_SECONDS = 180 * 86_400;
const VALUE = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

/**
 * Which browsers have signed in to an account before (OWASP, "device cookies"): guesses from elsewhere must not use up their tries. The
 * cookie proves nothing else.
 */
@Injectable()
export class KnownBrowsers {
  private readonly cookie: Cookie;

  constructor(
    private readonly digests: SecretDigests,
    { settings }: Configuration,
  ) {
    this.cookie = new Cookie('countersign-known', settings.PUBLIC_URL);
  }

  /** A name of the browser, if it has signed in to this account. */
  find(request: FastifyRequest, email: string): string | undefined {
    const [, name = '', proof = ''] = VALUE.exec(this.cookie.read(request) ?? '') ?? [];
    const sent = Buffer.from(proof, 'base64url');
    const proofs = this.digests.everyDigest(textOf(name, email));
    return name !== '' && proofs.some((digest) => digest.length === sent.length && timingSafeEqual(digest, sent)) ? name : undefined;
  }

  remember(request: FastifyRequest, reply: FastifyReply, email: string): void {
    const name = this.find(request, email) ?? randomBytes(16).toString('base64url');
    const { digest } = this.digests.digest(textOf(name, email));
    this.cookie.write(reply, `${name}.${digest.toString('base64url')}`, { maxAgeSeconds: MAX_AGE_SECONDS });
  }
}

function textOf(name: string, email: string): string {
  return `known browser ${name} ${email}`;
}
