import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { Omittable } from '../../../directory/administration/index.js';
import type { Leaf } from '../leaf.js';

export class RequestCertificate {
  @ApiProperty({
    description: 'PKCS #10 request, PEM. Only its key is used: EC P-256, EC P-384, or RSA of 2048 to 4096 bits.',
    example: '-----BEGIN CERTIFICATE REQUEST-----\n…',
  })
  @IsString()
  @MaxLength(8_192)
  certificate_request!: string;

  @ApiPropertyOptional({
    description: 'For the first certificate. Without it the connection shows the current certificate of the service.',
    format: 'password',
    example: 'csn_join_4f9KZ…',
  })
  @Omittable()
  @IsString()
  @MaxLength(200)
  join_token?: string;

  @ApiPropertyOptional({
    description: 'Seconds that the certificate lives; the operator may have set a lower limit than a day.',
    minimum: 3600,
    maximum: 86_400,
    example: 86_400,
  })
  @Omittable()
  @IsInt()
  @Min(3600)
  @Max(86_400)
  lifetime_seconds?: number;
}

export class CertificateDocument {
  @ApiProperty({ description: 'The certificate, PEM.', example: '-----BEGIN CERTIFICATE-----\n…' })
  certificate!: string;

  @ApiProperty({
    type: [String],
    description: 'The authorities of the trust domain, PEM: whom to trust from now on. More than one while they rotate.',
    example: ['-----BEGIN CERTIFICATE-----\n…'],
  })
  ca_certificates!: string[];

  @ApiProperty({ description: 'Whom it names.', example: 'spiffe://prod.example.com/billing' })
  spiffe_id!: string;

  @ApiProperty({ description: 'Id of the microservice: `client_id` at the token endpoint.', example: 'svc_01kamx4f5ye8wvq3m2ts6dgn0h' })
  client_id!: string;

  @ApiProperty({ description: 'Hex; the audit log names it.', example: '6b1f0c9a5d7e4f3281920a1b2c3d4e5f' })
  serial_number!: string;

  @ApiProperty({ format: 'date-time', description: 'When to ask for the next one: at half its life.', example: '2026-11-22T20:00:00.000Z' })
  renew_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it expires.', example: '2026-11-23T08:00:00.000Z' })
  expires_at!: string;

  static from(leaf: Leaf, subject: { id: string; spiffeId: string }, authorities: readonly string[]): CertificateDocument {
    const end = leaf.notAfter.getTime();
    return {
      certificate: leaf.certificate.toString('pem'),
      ca_certificates: [...authorities],
      spiffe_id: subject.spiffeId,
      client_id: subject.id,
      serial_number: leaf.serialNumber,
      renew_at: new Date(end - (end - leaf.issuedAt.getTime()) / 2).toISOString(),
      expires_at: leaf.notAfter.toISOString(),
    };
  }
}
