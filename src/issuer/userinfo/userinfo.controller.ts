import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { InZone } from '../../platform/http/index.js';
import { UserInfoDocument, UserInfoForm } from './userinfo.dto.js';
import { UserInfoReader, type UserInfo } from './user-info-reader.js';

const DESCRIPTION =
  'OpenID Connect Core §5.3. With a token that was allowed `openid`, whichever API it is for; `profile` and `email` add to the answer.';

@ApiTags('OpenID Connect')
@InZone('external')
@ProtectedResource('identity')
@Controller('oauth/userinfo')
export class UserInfoController {
  constructor(private readonly reader: UserInfoReader) {}

  @Get()
  @RequireScopes('openid')
  @ApiOperation({ operationId: 'getUserInfo', summary: 'Who signed in', description: DESCRIPTION })
  @ApiOkResponse({ type: UserInfoDocument })
  byGet(@Caller() caller: Caller): Promise<UserInfo> {
    return this.reader.of(caller);
  }

  @Post()
  @HttpCode(200)
  @RequireScopes('openid')
  @ApiOperation({ operationId: 'getUserInfoByForm', summary: 'Who signed in, by a form', description: DESCRIPTION })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: UserInfoForm, required: false })
  @ApiOkResponse({ type: UserInfoDocument })
  byPost(@Caller() caller: Caller): Promise<UserInfo> {
    return this.reader.of(caller);
  }
}
