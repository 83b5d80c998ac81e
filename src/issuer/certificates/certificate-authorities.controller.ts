import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { actOf, ADMINISTRATION_PROBLEMS, ApiProblems, requireOperator } from '../../directory/administration/index.js';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin, Problem } from '../../platform/http/index.js';
import type { AuthorityRow, AuthorityStatus } from './authority.js';
import { CertificateAuthority } from './certificate-authority.service.js';
import { CERTIFICATES_PROBLEMS } from './certificates.errors.js';

class CertificateAuthorityDocument {
  @ApiProperty({ description: 'Subject key identifier, in hex.', example: '3f1c2d4e5f60718293a4b5c6d7e8f90a1b2c3d4e' })
  id!: string;
  @ApiProperty({ example: 'prod.example.com' })
  trust_domain!: string;
  @ApiProperty({ enum: ['published', 'active', 'retiring'], description: 'Waiting, signing, or only vouching for what it signed.' })
  status!: AuthorityStatus;
  @ApiProperty({ format: 'date-time', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;
  @ApiProperty({ format: 'date-time', example: '2027-05-21T08:00:00.000Z' })
  expires_at!: string;

  static from({ id, trust_domain, status, created_at, not_after }: AuthorityRow): CertificateAuthorityDocument {
    return { id, trust_domain, status, created_at: created_at.toISOString(), expires_at: not_after.toISOString() };
  }
}

class CertificateAuthorityList {
  @ApiProperty({ type: [CertificateAuthorityDocument] })
  data!: CertificateAuthorityDocument[];
  @ApiProperty({ nullable: true, type: String, example: null })
  next_cursor!: string | null;

  static from(rows: readonly AuthorityRow[]): CertificateAuthorityList {
    return { data: rows.map((row) => CertificateAuthorityDocument.from(row)), next_cursor: null };
  }
}

const { rotation_in_progress } = CERTIFICATES_PROBLEMS;

@ApiTags('Management: signing keys')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/certificate-authorities')
export class CertificateAuthoritiesController {
  constructor(private readonly authority: CertificateAuthority) {}

  @Get()
  @RequireScopes('read:signing-keys')
  @ApiOperation({
    operationId: 'listCertificateAuthorities',
    summary: 'List the certificate authorities',
    description: 'Those whose certificates are trusted inside the internal zone, oldest first. Operators only.',
  })
  @ApiOkResponse({ type: CertificateAuthorityList })
  @ApiProblems(ADMINISTRATION_PROBLEMS)
  list(@Caller() caller: Caller): CertificateAuthorityList {
    requireOperator(caller);
    return CertificateAuthorityList.from(this.authority.list());
  }

  @Post('rotate')
  @HttpCode(202)
  @RequireScopes('write:signing-keys')
  @ApiOperation({
    operationId: 'rotateCertificateAuthority',
    summary: 'Rotate the certificate authority',
    description:
      'The next one is published now, signs in two days when every service has learnt of it, and the old one goes a day later. This happens by itself every four months. Operators only.',
  })
  @ApiAcceptedResponse({ type: CertificateAuthorityList })
  @ApiProblems({ rotation_in_progress, ...ADMINISTRATION_PROBLEMS })
  async rotate(@Caller() caller: Caller, @Origin() origin: AuditOrigin): Promise<CertificateAuthorityList> {
    requireOperator(caller);
    const begun = await this.authority.replace(actOf(caller, origin));
    if (!begun) throw new Problem(CERTIFICATES_PROBLEMS, 'rotation_in_progress', 'The next certificate authority is on its way already.');
    return CertificateAuthorityList.from(this.authority.list());
  }
}
