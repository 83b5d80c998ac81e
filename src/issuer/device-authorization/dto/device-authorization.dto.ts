import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CsrfForm } from '../../sessions/index.js';

/** For the API documentation only: the raw form is parsed by FormParameters. */
export class DeviceAuthorizationForm {
  @ApiPropertyOptional({
    description: 'Id of the app, unless it is in the Authorization header or the assertion.',
    example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  client_id?: string;

  @ApiPropertyOptional({ format: 'password', description: 'Of a confidential app, unless it is in the Authorization header.' })
  client_secret?: string;

  @ApiPropertyOptional({ description: 'For private_key_jwt.', example: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' })
  client_assertion_type?: string;

  @ApiPropertyOptional({ description: 'For private_key_jwt.' })
  client_assertion?: string;

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
}

/** RFC 8628 §3.2. */
export class DeviceAuthorizationDocument {
  @ApiProperty({ description: 'For the token endpoint; it is never shown to anybody.', example: 'csn_device_4f9KZ…' })
  device_code!: string;

  @ApiProperty({ description: 'What the device shows.', example: 'WDJB-MJHT' })
  user_code!: string;

  @ApiProperty({ description: 'Where the person enters it.', example: 'http://localhost:3000/device' })
  verification_uri!: string;

  @ApiProperty({
    description: 'The same with the code filled in, for a QR code.',
    example: 'http://localhost:3000/device?user_code=WDJB-MJHT',
  })
  verification_uri_complete!: string;

  @ApiProperty({ description: 'Seconds until both codes end.', example: 600 })
  expires_in!: number;

  @ApiProperty({ description: 'Seconds to wait between two requests for the token.', example: 5 })
  interval!: number;
}

/** For the API documentation only: the page reads the form by itself. */
export class UserCodeForm extends CsrfForm {
  @ApiProperty({ description: 'What the device shows; case and separators do not count.', example: 'WDJB-MJHT' })
  user_code!: string;
}
