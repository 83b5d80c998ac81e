import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../../directory/administration/index.js';
import { InZone } from '../../platform/http/index.js';
import { RuleTestDocument, TestAssertion } from './dto/rule-test.dto.js';
import { RuleTester } from './rule-tester.service.js';

const { operator_only } = ADMINISTRATION_PROBLEMS;

@ApiTags('Management: trusted issuers')
@InZone('external')
@ProtectedResource('management')
@Controller('v1')
export class RuleTesterController {
  constructor(private readonly tester: RuleTester) {}

  @Post('orgs/:org_id/trusted-issuers/test')
  @HttpCode(200)
  @RequireScopes('read:trusted-issuers')
  @ApiOperation({
    operationId: 'testTrustedIssuers',
    summary: 'Test a JWT against the rules',
    description:
      'Says which principal a JWT would become, or the first condition that it fails, as the token endpoint would judge it. The token endpoint itself never says why.',
  })
  @ApiParam({ name: 'org_id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiOkResponse({ type: RuleTestDocument })
  @ApiProblems({}, 'not_found', 'validation_failed')
  test(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Body() body: TestAssertion,
  ): Promise<RuleTestDocument> {
    return this.tester.test(caller, orgId, body);
  }

  @Post('trusted-issuers/test')
  @HttpCode(200)
  @RequireScopes('read:trusted-issuers')
  @ApiOperation({
    operationId: 'testPlatformTrustedIssuers',
    summary: 'Test a JWT against the rules of the platform',
    description: 'As for an organization. Operators only.',
  })
  @ApiOkResponse({ type: RuleTestDocument })
  @ApiProblems({ operator_only }, 'validation_failed')
  testPlatform(@Caller() caller: Caller, @Body() body: TestAssertion): Promise<RuleTestDocument> {
    return this.tester.test(caller, null, body);
  }
}
