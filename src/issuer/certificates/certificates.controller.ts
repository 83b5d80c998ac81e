import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientAuthenticated, Public } from '@countersign/guards';
import { ApiProblems } from '../../directory/administration/index.js';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { clientCertificateOf, InZone, Origin } from '../../platform/http/index.js';
import { writeBundle, type BundleDocument } from './bundle-document.js';
import { CertificateAuthority } from './certificate-authority.service.js';
import { CERTIFICATES_PROBLEMS } from './certificates.errors.js';
import { Certificates } from './certificates.service.js';
import { CertificateDocument, RequestCertificate } from './dto/certificate.dto.js';

const { certificate_authentication_failed, certificate_request_invalid } = CERTIFICATES_PROBLEMS;

@ApiTags('Certificates')
@InZone('internal')
@Controller()
export class CertificatesController {
  constructor(
    private readonly certificates: Certificates,
    private readonly authority: CertificateAuthority,
  ) {}

  @Post('certificates')
  @ClientAuthenticated()
  @ApiOperation({
    operationId: 'issueCertificate',
    summary: 'Get a certificate',
    description:
      'An X.509-SVID for the key of a PKCS #10 request: the first against a join token, the next by calling with the current certificate. On the internal listener only. Ask again at `renew_at`.',
  })
  @ApiCreatedResponse({ type: CertificateDocument })
  @ApiProblems(
    { certificate_authentication_failed, certificate_request_invalid },
    'validation_failed',
    'rate_limited',
    'service_unavailable',
  )
  issue(@Req() request: FastifyRequest, @Origin() origin: AuditOrigin, @Body() body: RequestCertificate): Promise<CertificateDocument> {
    return this.certificates.issue(body, clientCertificateOf(request), origin);
  }

  @Get('.well-known/spiffe-bundle')
  @Public()
  @ApiOperation({
    operationId: 'getTrustBundle',
    summary: 'Trust bundle',
    description: 'The authorities of the trust domain, as a SPIFFE bundle. On the internal listener only.',
  })
  @ApiOkResponse({
    schema: {
      type: 'object',
      properties: {
        spiffe_sequence: { type: 'integer', example: 1 },
        spiffe_refresh_hint: { type: 'integer', description: 'Seconds.', example: 300 },
        keys: { type: 'array', items: { type: 'object', additionalProperties: true } },
      },
      example: {
        spiffe_sequence: 1,
        spiffe_refresh_hint: 300,
        keys: [{ kty: 'EC', crv: 'P-256', x: '…', y: '…', use: 'x509-svid', x5c: ['…'] }],
      },
    },
  })
  bundle(@Res({ passthrough: true }) reply: FastifyReply): BundleDocument {
    const bundle = writeBundle(this.authority.bundle());
    void reply.header('cache-control', `public, max-age=${bundle.spiffe_refresh_hint}`);
    return bundle;
  }
}
