import { ApiProperty, ApiPropertyOptional, OmitType, PartialType } from '@nestjs/swagger';
import { IsIn, IsObject, IsString, Length, Matches, ValidateBy } from 'class-validator';
import { Clearable } from '../../administration/index.js';
import { isWorkloadId, MICROSERVICE_AUTH_METHODS, type MicroserviceAuthMethod } from '../microservice.policy.js';

const SERVICE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export class CreateMicroservice {
  @ApiProperty({
    description: 'Name of the service: the `sub` of its tokens, and the audience of tokens for it. It never changes.',
    example: 'billing',
  })
  @Matches(SERVICE_NAME, { message: 'A service name is not 1 to 63 lower-case letters, digits and hyphens.' })
  @IsString()
  name!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'SPIFFE id of its certificates; left out: that of its name in our trust domain. The id of another service is refused.',
    example: 'spiffe://example.org/billing',
  })
  @Clearable()
  @ValidateBy({
    name: 'isWorkloadId',
    validator: {
      validate: (value) => typeof value === 'string' && isWorkloadId(value),
      defaultMessage: () => 'A SPIFFE id looks like spiffe://example.org/billing.',
    },
  })
  spiffe_id?: string | null;

  @ApiProperty({
    enum: MICROSERVICE_AUTH_METHODS,
    description: 'How it proves who it is: a signed assertion, or the certificate of its connection. Services hold no shared secrets.',
    example: 'private_key_jwt',
  })
  @IsIn(MICROSERVICE_AUTH_METHODS)
  auth_method!: MicroserviceAuthMethod;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: {
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
          y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
          kid: '2026-11',
        },
      ],
    },
    description: 'Its public keys for private_key_jwt; at most ten; never a private member.',
  })
  @Clearable()
  @IsObject()
  jwks?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Where its public keys are, in place of jwks; https.',
    example: 'https://billing.example.com/jwks.json',
  })
  @Clearable()
  @Length(1, 2048)
  @IsString()
  jwks_uri?: string | null;
}

export class UpdateMicroservice extends PartialType(OmitType(CreateMicroservice, ['name']), { skipNullProperties: false }) {}
