import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';

/** For the API documentation of endpoints at which a client may prove its key. */
export const DPOP_HEADER = {
  name: 'DPoP',
  required: false,
  description: 'A proof (RFC 9449 §4.2) with the key that tokens are to be bound to; the public key is in the proof.',
};

/** The error body of every OAuth endpoint (RFC 6749 §5.2). */
export class OAuthErrorDocument {
  @ApiProperty({ description: 'Registered code; docs/errors lists them.', example: 'invalid_client' })
  error!: string;
  @ApiPropertyOptional({ description: 'What to change, for the developer.', example: 'Client authentication failed.' })
  error_description?: string;
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is refused: `invalid_request`, `invalid_scope`, `invalid_target`, `unauthorized_client`, `unsupported_grant_type`, `invalid_grant`, `invalid_dpop_proof` or `use_dpop_nonce`.',
  401: '`invalid_client`: unknown client and wrong credential answer the same.',
  413: 'The form is larger than 64 KiB.',
  429: '`temporarily_unavailable`: a limit is reached; see Retry-After.',
  503: '`temporarily_unavailable`: the database or the audit log cannot be written; see Retry-After.',
};

/** The errors that every form endpoint answers. */
export function OAuthErrorResponses(): MethodDecorator {
  return applyDecorators(
    ...Object.entries(DESCRIPTIONS).map(([status, description]) =>
      ApiResponse({ status: Number(status), description, type: OAuthErrorDocument }),
    ),
  );
}
