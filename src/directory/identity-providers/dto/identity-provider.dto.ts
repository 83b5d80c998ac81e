import { ApiProperty } from '@nestjs/swagger';
import { ORG_ROLES } from '../../users/index.js';
import { PROVIDER_AUTH_METHODS, type IdentityProvider, type JoinRule } from '../identity-provider.entity.js';

const MOMENT = { format: 'date-time', example: '2026-11-22T08:00:00.000Z' };

export class JoinRuleDocument {
  @ApiProperty({ description: 'Domain of the verified e-mail address, without those below it.', example: 'example.com' })
  email_domain!: string;

  @ApiProperty({ description: 'The organization that they join.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id!: string;

  @ApiProperty({ enum: ORG_ROLES, description: 'What they become.', example: 'member' })
  role!: string;

  static from({ emailDomain, orgId, role }: JoinRule): JoinRuleDocument {
    return { email_domain: emailDomain, org_id: orgId, role };
  }
}

export class IdentityProviderDocument {
  @ApiProperty({ description: 'Id of the identity provider.', example: 'idp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The organization that it signs in for; null: for all of them.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  org_id!: string | null;

  @ApiProperty({ description: 'Name on the sign-in page.', example: 'Example Corp.' })
  name!: string;

  @ApiProperty({ enum: ['active', 'disabled'], description: 'Nobody signs in by a disabled one.', example: 'active' })
  status!: string;

  @ApiProperty({ description: 'Its issuer.', example: 'https://accounts.example.com' })
  issuer!: string;

  @ApiProperty({ description: 'Our client id there.', example: 'countersign' })
  client_id!: string;

  @ApiProperty({ enum: PROVIDER_AUTH_METHODS, description: 'How we authenticate there.', example: 'client_secret_basic' })
  auth_method!: string;

  @ApiProperty({ description: 'Whether a client secret is stored. It is never shown.', example: true })
  has_client_secret!: boolean;

  @ApiProperty({
    type: [JoinRuleDocument],
    description: 'Whom it lets in at the first sign-in. Without a rule only those who are members.',
  })
  rules!: JoinRuleDocument[];

  @ApiProperty({
    description: 'The address to register there as redirect URI.',
    example: 'https://auth.example.com/login/callback/idp_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  redirect_uri!: string;

  @ApiProperty({
    description: 'Where a sign-in by it begins, for a link of your own.',
    example: 'https://auth.example.com/login/providers/idp_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  sign_in_url!: string;

  @ApiProperty({ ...MOMENT, description: 'When it was created.' })
  created_at!: string;

  @ApiProperty({ ...MOMENT, description: 'When it was last changed.' })
  updated_at!: string;

  static from(provider: IdentityProvider, publicUrl: string): IdentityProviderDocument {
    return {
      id: provider.id,
      org_id: provider.orgId,
      name: provider.name,
      status: provider.status,
      issuer: provider.issuer,
      client_id: provider.clientId,
      auth_method: provider.authMethod,
      has_client_secret: provider.sealedClientSecret !== null,
      rules: provider.rules.map((rule) => JoinRuleDocument.from(rule)),
      redirect_uri: `${publicUrl}/login/callback/${provider.id}`,
      sign_in_url: `${publicUrl}/login/providers/${provider.id}`,
      created_at: provider.createdAt.toISOString(),
      updated_at: provider.updatedAt.toISOString(),
    };
  }
}

export class IdentityProviderList {
  @ApiProperty({ type: [IdentityProviderDocument] })
  data!: IdentityProviderDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
