import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, Matches } from 'class-validator';
import { ListQuery } from '../../../platform/http/index.js';
import { IsScopeName, Omittable } from '../../../directory/administration/index.js';
import { IsAppId } from './is-app-id.decorator.js';
import type { Consent } from '../consent.js';
import type { ConsentUse } from '../consent-usage.repository.js';

export class ConsentDocument {
  @ApiProperty({ description: 'Id of the consent; `grant` of the tokens that stand on it.', example: 'con_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'The organization whose data it is about.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id!: string;

  @ApiProperty({ description: 'Who allowed it.', example: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h' })
  user_id!: string;

  @ApiProperty({ description: 'Whom it was allowed.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  app_id!: string;

  @ApiProperty({ description: 'At which API.', example: 'https://api.example.com' })
  audience!: string;

  @ApiProperty({
    type: [String],
    description: 'What was allowed. A token holds what of this the role of the person still gives.',
    example: ['read:analytics-data'],
  })
  scopes!: string[];

  @ApiProperty({ format: 'date-time', description: 'When it was first given.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was last given or changed.', example: '2026-11-22T08:00:00.000Z' })
  updated_at!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The minute of the last call that was let in; null: none was. As the guards of the API report it, about a minute later.',
    example: '2026-11-22T08:41:00.000Z',
  })
  last_used_at!: string | null;

  @ApiProperty({ type: 'integer', description: 'Calls that were let in, since it was given.', example: 1_284 })
  calls!: number;

  @ApiProperty({ type: [String], description: 'What of it was needed by these calls.', example: ['read:analytics-data'] })
  scopes_used!: string[];

  static from(consent: Consent, use: ConsentUse | undefined, audience: string): ConsentDocument {
    const { id, orgId, userId, appId, scopes, createdAt, updatedAt } = consent;
    return {
      id,
      org_id: orgId,
      user_id: userId,
      app_id: appId,
      audience,
      scopes: [...scopes],
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
      last_used_at: use?.lastUsedAt.toISOString() ?? null,
      calls: use?.calls ?? 0,
      scopes_used: scopes.filter((scope) => use?.scopes.includes(scope)),
    };
  }
}

export class ConsentList {
  @ApiProperty({ type: [ConsentDocument] })
  data!: ConsentDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}

function idPattern(prefix: string): RegExp {
  return new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`);
}

export class ListConsents extends ListQuery {
  @ApiPropertyOptional({ description: 'Only those for the data of this organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @Omittable()
  @Matches(idPattern('org'))
  org_id?: string;

  @ApiPropertyOptional({ description: 'Only those of this person.', example: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @Omittable()
  @Matches(idPattern('usr'))
  user_id?: string;

  @ApiPropertyOptional({ description: 'Only those given to this app.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @Omittable()
  @IsAppId()
  app_id?: string;
}

export class NarrowConsent {
  @ApiProperty({ type: [String], description: 'What stays of it; others cannot be added.', example: ['read:analytics-data'] })
  @ArrayMinSize(1)
  @ArrayMaxSize(128)
  @ArrayUnique()
  @IsScopeName({ each: true })
  @IsArray()
  scopes!: string[];
}
