import { Body, Controller, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { ADMINISTRATION_PROBLEMS, ApiProblems } from '../../directory/administration/index.js';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { SignTestToken, TestTokenDocument } from './test-token.dto.js';
import { TestTokens } from './test-tokens.service.js';

const { operator_only } = ADMINISTRATION_PROBLEMS;

@ApiTags('Management: signing keys')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/test-tokens')
export class TestTokensController {
  constructor(private readonly testTokens: TestTokens) {}

  @Post()
  @RequireScopes('write:test-tokens')
  @ApiOperation({
    operationId: 'signTestToken',
    summary: 'Sign a test token',
    description:
      'Signs any header and claims with a key of this issuer, for attacks on an API by rs-check. Whoever may use it can become anybody. Operators only; never in production.',
  })
  @ApiCreatedResponse({ type: TestTokenDocument })
  @ApiProblems({ operator_only }, 'validation_failed')
  async sign(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Body() body: SignTestToken): Promise<TestTokenDocument> {
    return { token: await this.testTokens.sign(caller, origin, body) };
  }
}
