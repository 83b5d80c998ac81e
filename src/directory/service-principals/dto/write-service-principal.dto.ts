import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsObject, IsString, Length, Max, Min, ValidateBy, ValidateNested } from 'class-validator';
import { Clearable, IsDisplayText, Omittable } from '../../administration/index.js';
import { GrantDocument } from '../../api-resources/index.js';
import { MAX_TRUST_ANCHORS_LENGTH, readCertificateName } from '../../../platform/x509/index.js';
import { IsNetworkList } from '../network-list.decorator.js';
import { CertificateNameDocument } from './certificate-name.dto.js';

export const AUTH_METHODS = [
  'client_secret',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'federated_jwt',
] as const;

@ApiExtraModels(CertificateNameDocument)
export class CreateServicePrincipal {
  @ApiProperty({ description: 'Name for people.', example: 'nightly-export' })
  @IsDisplayText(100)
  name!: string;

  @ApiProperty({
    type: [GrantDocument],
    description: 'What it may ask for, by API. Inside the ceiling of the organization and your own rights.',
  })
  @ArrayMaxSize(50)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => GrantDocument)
  @IsArray()
  grants!: GrantDocument[];

  @ApiPropertyOptional({
    enum: AUTH_METHODS,
    description:
      'How it proves who it is; client_secret to begin with (HTTP Basic or form). tls_client_auth: a certificate of an authority of your own, named by tls_client_auth_ca. self_signed_tls_client_auth: a certificate whose key is in jwks. federated_jwt: it has no credential here, and only rules of trusted issuers let it in.',
    example: 'client_secret',
  })
  @Omittable()
  @IsIn(AUTH_METHODS)
  auth_method?: (typeof AUTH_METHODS)[number];

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
    description:
      'Its public keys for private_key_jwt and self_signed_tls_client_auth: RSA of at least 2048 bits, P-256, P-384 or Ed25519; at most ten; never a private member.',
  })
  @Clearable()
  @IsObject()
  jwks?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Where its public keys are, in place of jwks; https.',
    example: 'https://partner.example.com/jwks.json',
  })
  @Clearable()
  @Length(1, 2048)
  @IsString()
  jwks_uri?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description:
      'For tls_client_auth: the certificate of your own authority, PEM, or up to five of them while one takes the place of another. No other authority vouches for this client.',
    example: '-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n',
  })
  @Clearable()
  @Length(1, MAX_TRUST_ANCHORS_LENGTH)
  @IsString()
  tls_client_auth_ca?: string | null;

  @ApiPropertyOptional({
    oneOf: [{ type: 'string' }, { $ref: getSchemaPath(CertificateNameDocument) }],
    nullable: true,
    description:
      'For tls_client_auth: the name that the certificate bears (subject alternative name), compared exactly. A text is taken as a URI, an IP address, an e-mail address or a DNS name, whichever it looks like.',
    example: 'agent.example.com',
  })
  @Clearable()
  @ValidateBy({
    name: 'isCertificateName',
    validator: {
      validate: (value) => !('mistake' in readCertificateName(value)),
      defaultMessage: (args) => (readCertificateName(args?.value) as { mistake?: string }).mistake ?? 'The name is not understood.',
    },
  })
  tls_client_auth_san?: string | CertificateNameDocument | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 300,
    maximum: 86_400,
    description: 'Lifetime of its tokens; without it that of the API.',
    example: 3600,
  })
  @Clearable()
  @Min(300)
  @Max(86_400)
  @IsInt()
  token_lifetime_seconds?: number | null;

  @ApiPropertyOptional({
    type: [String],
    description: 'Networks from which it may ask for tokens; empty: any.',
    example: ['203.0.113.0/24'],
  })
  @Omittable()
  @IsNetworkList()
  allowed_ips?: string[];
}

export class UpdateServicePrincipal extends PartialType(CreateServicePrincipal, { skipNullProperties: false }) {}
