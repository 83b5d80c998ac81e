import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DEVICE_CODE_GRANT_TYPE, JWT_BEARER_GRANT_TYPE } from '@countersign/oauth';

/** The form of a token request, for the API documentation only: the raw form is parsed by FormParameters. */
export class TokenForm {
  @ApiProperty({
    enum: ['client_credentials', 'authorization_code', 'refresh_token', DEVICE_CODE_GRANT_TYPE, JWT_BEARER_GRANT_TYPE],
    example: 'client_credentials',
  })
  grant_type!: string;
  @ApiPropertyOptional({
    description: 'Client id, unless it is in the Authorization header or the assertion.',
    example: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc',
  })
  client_id?: string;
  @ApiPropertyOptional({ format: 'password', description: 'Client secret, unless it is in the Authorization header.' })
  client_secret?: string;
  @ApiPropertyOptional({
    description: 'The API, as it is registered. May be left out where one grant holds all scopes.',
    example: 'http://localhost:3000/analytics',
  })
  audience?: string;
  @ApiPropertyOptional({ description: 'The same as audience (RFC 8707).', example: 'http://localhost:3000/analytics' })
  resource?: string;
  @ApiPropertyOptional({ description: 'Space-separated; left out: everything granted for that API.', example: 'read:analytics-data' })
  scope?: string;
  @ApiPropertyOptional({ description: 'For private_key_jwt.', example: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' })
  client_assertion_type?: string;
  @ApiPropertyOptional({
    description: 'For private_key_jwt: a JWT with iss = sub = client id, aud = issuer, exp at most 5 minutes ahead, and a fresh jti.',
  })
  client_assertion?: string;
  @ApiPropertyOptional({
    format: 'password',
    description: 'For the jwt-bearer grant: a JWT of a trusted issuer with aud = {issuer}/orgs/{org_id}. No other credential is needed.',
  })
  assertion?: string;

  @ApiPropertyOptional({ format: 'password', description: 'For the authorization_code grant; good once, for 60 seconds.' })
  code?: string;

  @ApiPropertyOptional({ description: 'For the authorization_code grant: what code_challenge was made from (RFC 7636).' })
  code_verifier?: string;

  @ApiPropertyOptional({ description: 'For the authorization_code grant; needed no more, but if sent that of the authorization request.' })
  redirect_uri?: string;

  @ApiPropertyOptional({ format: 'password', description: 'For the device_code grant (RFC 8628); ask again every `interval` seconds.' })
  device_code?: string;

  @ApiPropertyOptional({ format: 'password', description: 'For the refresh_token grant. Each is good once: keep the one of the answer.' })
  refresh_token?: string;
}

export class TokenDocument {
  @ApiProperty({
    description: 'JWT of RFC 9068.',
    example: 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.c2ln',
  })
  access_token!: string;
  @ApiProperty({ example: 'Bearer', description: 'Bearer, or DPoP where the request held a proof (RFC 9449 §5).' })
  token_type!: string;
  @ApiProperty({ description: 'Seconds.', example: 3600 })
  expires_in!: number;
  @ApiProperty({ description: 'What was granted.', example: 'read:analytics-data' })
  scope!: string;

  @ApiPropertyOptional({ description: 'For apps that act for people; takes the place of the one before.', example: 'csn_rt_4f9KZ…' })
  refresh_token?: string;

  @ApiPropertyOptional({
    description: 'Who signed in, where openid was allowed: OpenID Connect Core §2.',
    example: 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiIuLi4ifQ.c2ln',
  })
  id_token?: string;
}
