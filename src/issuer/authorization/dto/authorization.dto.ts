import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiQuery, type ApiQueryOptions } from '@nestjs/swagger';

const CLIENT_ID = 'app_01kamx4f5ye8wvq3m2ts6dgn0h';
const REDIRECT_URI = 'https://charts.example/callback';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** The parameters of the authorization endpoint, for the API documentation only: the raw query is parsed by FormParameters. */
const QUERY: readonly ApiQueryOptions[] = [
  { name: 'client_id', required: true, description: 'Id of the app.', example: CLIENT_ID },
  { name: 'response_type', required: false, description: 'Always code.', example: 'code' },
  {
    name: 'redirect_uri',
    required: false,
    description: 'One that the app has registered; may be left out where there is only one.',
    example: REDIRECT_URI,
  },
  { name: 'code_challenge', required: false, description: 'RFC 7636: base64url of the SHA-256 of the verifier.', example: CHALLENGE },
  { name: 'code_challenge_method', required: false, description: 'Always S256.', example: 'S256' },
  {
    name: 'scope',
    required: false,
    description: 'Space-separated; left out: all that the app is registered for at the API.',
    example: 'read:analytics-data',
  },
  {
    name: 'resource',
    required: false,
    description: 'The API (RFC 8707); audience means the same.',
    example: 'http://localhost:3000/analytics',
  },
  { name: 'state', required: false, description: 'Comes back with the answer; at most 2048 bytes.', example: 'af0ifjsldkj' },
  { name: 'prompt', required: false, description: 'none, login, consent, select_account.', example: 'consent' },
  { name: 'max_age', required: false, description: 'Seconds since the last sign-in; 0 asks for a new one.', example: '3600' },
  {
    name: 'acr_values',
    required: false,
    description: 'Ways of signing in that are accepted, space-separated; left out: all.',
    example: 'urn:countersign:acr:password',
  },
  { name: 'login_hint', required: false, description: 'Who is expected to sign in.', example: 'ada@example.com' },
  {
    name: 'org_id',
    required: false,
    description: 'The organization whose data it is about; left out: the person chooses.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  },
  {
    name: 'dpop_jkt',
    required: false,
    description: 'Thumbprint of the key whose DPoP proof has to come with the code (RFC 9449 §10).',
    example: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
  },
  {
    name: 'request_uri',
    required: false,
    description: 'Of a pushed request (RFC 9126); then client_id is all that stands beside it.',
    example: 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c',
  },
];

export function AuthorizationQuery(): MethodDecorator {
  return applyDecorators(...QUERY.map((parameter) => ApiQuery(parameter)));
}

export class AuthorizationForm {
  @ApiProperty({ description: 'Id of the app.', example: CLIENT_ID })
  client_id!: string;

  @ApiProperty({ enum: ['code'], example: 'code' })
  response_type!: string;

  @ApiPropertyOptional({ description: 'One that the app has registered; may be left out where there is only one.', example: REDIRECT_URI })
  redirect_uri?: string;

  @ApiProperty({ description: 'RFC 7636: base64url of the SHA-256 of the verifier.', example: CHALLENGE })
  code_challenge!: string;

  @ApiProperty({ enum: ['S256'], example: 'S256' })
  code_challenge_method!: string;

  @ApiPropertyOptional({
    description: 'Thumbprint of the key whose DPoP proof has to come with the code (RFC 9449 §10).',
    example: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
  })
  dpop_jkt?: string;

  @ApiPropertyOptional({
    description: 'Space-separated; left out: all that the app is registered for at the API.',
    example: 'read:analytics-data',
  })
  scope?: string;

  @ApiPropertyOptional({
    description: 'The API, as it is registered. May be left out where one alone has the scopes.',
    example: 'http://localhost:3000/analytics',
  })
  audience?: string;

  @ApiPropertyOptional({ description: 'The same as audience (RFC 8707).', example: 'http://localhost:3000/analytics' })
  resource?: string;

  @ApiPropertyOptional({ description: 'Comes back with the answer; at most 2048 bytes.', example: 'af0ifjsldkj' })
  state?: string;

  @ApiPropertyOptional({ description: 'none, login, consent, select_account.', example: 'consent' })
  prompt?: string;

  @ApiPropertyOptional({ description: 'Seconds since the last sign-in; 0 asks for a new one.', example: '3600' })
  max_age?: string;

  @ApiPropertyOptional({
    description: 'Ways of signing in that are accepted, space-separated; left out: all.',
    example: 'urn:countersign:acr:password',
  })
  acr_values?: string;

  @ApiPropertyOptional({ description: 'Who is expected to sign in.', example: 'ada@example.com' })
  login_hint?: string;

  @ApiPropertyOptional({
    description: 'The organization whose data it is about; left out: the person chooses.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  org_id?: string;
}

export class PushedRequestForm extends AuthorizationForm {
  @ApiPropertyOptional({ format: 'password', description: 'Client secret, unless it is in the Authorization header.' })
  client_secret?: string;

  @ApiPropertyOptional({ description: 'For private_key_jwt.', example: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' })
  client_assertion_type?: string;

  @ApiPropertyOptional({ description: 'For private_key_jwt.' })
  client_assertion?: string;
}

export class PushedRequestDocument {
  @ApiProperty({
    description: 'For the authorization endpoint, once.',
    example: 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c',
  })
  request_uri!: string;

  @ApiProperty({ description: 'Seconds.', example: 60 })
  expires_in!: number;
}
