import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ACCESS_TOKEN_ALGS, ZONES, type AccessTokenAlg, type Zone } from '@countersign/oauth';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { requireOperator } from '../../directory/administration/index.js';
import { InZone } from '../../platform/http/index.js';
import type { SigningKeyRow, SigningKeyStatus } from './signing-key.js';
import { SigningKeys } from './signing-keys.service.js';

class SigningKeyDocument {
  @ApiProperty({ description: 'RFC 7638 thumbprint of the public key.', example: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' })
  kid!: string;
  @ApiProperty({ enum: ZONES })
  zone!: Zone;
  @ApiProperty({ enum: ACCESS_TOKEN_ALGS })
  alg!: AccessTokenAlg;
  @ApiProperty({ enum: ['published', 'active', 'retiring'] })
  status!: SigningKeyStatus;
  @ApiProperty({ example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;
  @ApiProperty({ nullable: true, type: String, example: '2026-11-22T08:00:00.000Z' })
  activated_at!: string | null;

  static from(row: SigningKeyRow): SigningKeyDocument {
    const { kid, zone, alg, status, created_at, activated_at } = row;
    return { kid, zone, alg, status, created_at: created_at.toISOString(), activated_at: activated_at?.toISOString() ?? null };
  }
}

class SigningKeyList {
  @ApiProperty({ type: [SigningKeyDocument] })
  data!: SigningKeyDocument[];
  @ApiProperty({ nullable: true, type: String, example: null })
  next_cursor!: string | null;
}

@ApiTags('Management: signing keys')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/signing-keys')
export class SigningKeysController {
  constructor(private readonly keys: SigningKeys) {}

  @Get()
  @RequireScopes('read:signing-keys')
  @ApiOperation({
    operationId: 'listSigningKeys',
    summary: 'List the signing keys',
    description: 'Operators only. Public parts and states; private keys never leave the issuer.',
  })
  @ApiOkResponse({ type: SigningKeyList })
  list(@Caller() caller: Caller): SigningKeyList {
    requireOperator(caller);
    return { data: this.keys.list().map((row) => SigningKeyDocument.from(row)), next_cursor: null };
  }
}
