import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CsrfForm } from '../../sessions/index.js';
import { OperationUseDocument } from '../../consents/index.js';
import type { OwnApp, OwnAppSession } from '../own-app.js';

const MOMENT = { format: 'date-time', example: '2026-11-22T08:00:00.000Z' };

class OwnScopeDocument {
  @ApiProperty({ description: 'Name of the scope.', example: 'read:analytics-data' })
  name!: string;

  @ApiProperty({ description: 'In the words of the API.', example: 'Read metrics, customers and what they did.' })
  description!: string;

  @ApiProperty({ enum: ['low', 'medium', 'high'], description: 'How much harm it can do.', example: 'medium' })
  risk!: string;

  @ApiProperty({ description: 'A call needed it.', example: true })
  used!: boolean;
}

class OwnAppSessionDocument {
  @ApiProperty({ ...MOMENT, description: 'When the app got in.' })
  created_at!: string;

  @ApiProperty({ ...MOMENT, description: 'When it last renewed its token.' })
  refreshed_at!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Address from which it did.', example: '203.0.113.7' })
  ip!: string | null;

  @ApiProperty({ ...MOMENT, description: 'When it ends if it does not do so again.' })
  ends_at!: string;

  static from({ createdAt, refreshedAt, ip, endsAt }: OwnAppSession): OwnAppSessionDocument {
    return {
      created_at: createdAt.toISOString(),
      refreshed_at: refreshedAt.toISOString(),
      ip: ip ?? null,
      ends_at: endsAt.toISOString(),
    };
  }
}

export class OwnAppDocument {
  @ApiProperty({ description: 'Id of the consent.', example: 'con_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'Id of the app.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  app_id!: string;

  @ApiProperty({ description: 'Its name.', example: 'Charts' })
  name!: string;

  @ApiProperty({ enum: ['app', 'agent'], description: 'An agent decides by itself what to do next.', example: 'agent' })
  kind!: string;

  @ApiProperty({ description: 'Who stands behind it.', example: 'Charts Ltd' })
  publisher!: string;

  @ApiProperty({ description: 'An operator has approved it.', example: true })
  reviewed!: boolean;

  @ApiProperty({ description: 'False: an operator has suspended it.', example: true })
  active!: boolean;

  @ApiProperty({ description: 'The organization whose data it is about.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id!: string;

  @ApiProperty({ description: 'Its name.', example: 'Northwind Traders' })
  org_name!: string;

  @ApiProperty({ description: 'At which API.', example: 'https://api.example.com' })
  audience!: string;

  @ApiProperty({ description: 'Its name.', example: 'Saasalytics' })
  api_name!: string;

  @ApiProperty({ type: [OwnScopeDocument], description: 'What I allowed.' })
  scopes!: OwnScopeDocument[];

  @ApiProperty({ ...MOMENT, description: 'When I first allowed it.' })
  created_at!: string;

  @ApiProperty({ ...MOMENT, type: String, nullable: true, description: 'The minute of the last call that was let in; null: none was.' })
  last_used_at!: string | null;

  @ApiProperty({ type: 'integer', description: 'Calls that were let in.', example: 1_284 })
  calls!: number;

  @ApiProperty({ type: 'integer', description: 'Calls that were denied, because what I allowed was not enough for them.', example: 3 })
  denials!: number;

  @ApiProperty({ ...MOMENT, type: String, nullable: true, description: 'The minute of the last denial; null: there was none.' })
  last_denied_at!: string | null;

  @ApiProperty({ type: [OperationUseDocument], description: 'What it called, most often first; at most 51.' })
  operations!: OperationUseDocument[];

  @ApiProperty({ type: [OwnAppSessionDocument], description: 'Where it can still renew its tokens; the last renewed one first.' })
  sessions!: OwnAppSessionDocument[];

  static from(own: OwnApp): OwnAppDocument {
    const { app, org, api } = own;
    return {
      id: own.consentId,
      app_id: app.id,
      name: app.name,
      kind: app.kind,
      publisher: app.publisher,
      reviewed: app.reviewed,
      active: app.active,
      org_id: org.id,
      org_name: org.name,
      audience: api.identifier,
      api_name: api.name,
      scopes: own.scopes.map((scope) => ({ ...scope })),
      created_at: own.allowedAt.toISOString(),
      last_used_at: own.lastUsedAt?.toISOString() ?? null,
      calls: own.calls,
      denials: own.denials,
      last_denied_at: own.lastDeniedAt?.toISOString() ?? null,
      operations: own.operations.map((operation) => OperationUseDocument.from(operation)),
      sessions: own.sessions.map((session) => OwnAppSessionDocument.from(session)),
    };
  }
}

export class OwnAppList {
  @ApiProperty({ type: [OwnAppDocument], description: 'Newest first.' })
  data!: OwnAppDocument[];

  static from(apps: readonly OwnApp[]): OwnAppList {
    return { data: apps.map((app) => OwnAppDocument.from(app)) };
  }
}

/** For the API documentation only: the boxes repeat, so the raw form is read. */
export class NarrowOwnAppForm extends CsrfForm {
  @ApiPropertyOptional({ type: [String], description: 'What stays; repeated.', example: ['read:analytics-data'] })
  scope?: string[];
}
