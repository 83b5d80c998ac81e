import { ApiProperty } from '@nestjs/swagger';
import type { Microservice } from '../microservice.entity.js';
import { MICROSERVICE_AUTH_METHODS } from '../microservice.policy.js';

export class MicroserviceDocument {
  @ApiProperty({ description: 'Id of the microservice.', example: 'svc_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'What it sends as client_id; the same as its id.', example: 'svc_01kamx4f5ye8wvq3m2ts6dgn0h' })
  client_id!: string;

  @ApiProperty({ description: 'Name of the service.', example: 'billing' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, description: 'SPIFFE id of its certificates.', example: 'spiffe://example.org/billing' })
  spiffe_id!: string | null;

  @ApiProperty({
    enum: ['active', 'disabled'],
    description: 'A disabled one gets no tokens, and those it has are refused.',
    example: 'active',
  })
  status!: string;

  @ApiProperty({ enum: MICROSERVICE_AUTH_METHODS, description: 'How it proves who it is.', example: 'private_key_jwt' })
  auth_method!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'Its public keys.', example: null })
  jwks!: object | null;

  @ApiProperty({ type: String, nullable: true, description: 'Where its public keys are.', example: null })
  jwks_uri!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When it was registered.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was last changed.', example: '2026-11-22T08:00:00.000Z' })
  updated_at!: string;

  static from({ id, name, spiffeId, status, authMethod, jwks, jwksUri, createdAt, updatedAt }: Microservice): MicroserviceDocument {
    return {
      id,
      client_id: id,
      name,
      spiffe_id: spiffeId,
      status,
      auth_method: authMethod,
      jwks,
      jwks_uri: jwksUri,
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
    };
  }
}

export class MicroserviceList {
  @ApiProperty({ type: [MicroserviceDocument] })
  data!: MicroserviceDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
