import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientAuthenticated, Public } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { clientCertificateOf, InZone, Origin } from '../../platform/http/index.js';
import { writeBundle, type BundleDocument } from './bundle-document.js';
import { CertificateAuthority } from './certificate-authority.service.js';
import { Certificates } from './certificates.service.js';
import { RequestCertificate, type CertificateDocument } from './dto/certificate.dto.js';

/** Where services get their certificates (docs/guides/microservices.md). The public documentation does not know it. */
@ApiExcludeController()
@InZone('internal')
@Controller()
export class CertificatesController {
  constructor(
    private readonly certificates: Certificates,
    private readonly authority: CertificateAuthority,
  ) {}

  /** An X.509-SVID for the key of a PKCS #10 request: the first against a join token, the next by calling with the current certificate. */
  @Post('certificates')
  @ClientAuthenticated()
  issue(@Req() request: FastifyRequest, @Origin() origin: AuditOrigin, @Body() body: RequestCertificate): Promise<CertificateDocument> {
    return this.certificates.issue(body, clientCertificateOf(request), origin);
  }

  /** The authorities of the trust domain (SPIFFE Trust Domain and Bundle §4). */
  @Get('.well-known/spiffe-bundle')
  @Public()
  bundle(@Res({ passthrough: true }) reply: FastifyReply): BundleDocument {
    const bundle = writeBundle(this.authority.bundle());
    void reply.header('cache-control', `public, max-age=${bundle.spiffe_refresh_hint}`);
    return bundle;
  }
}
