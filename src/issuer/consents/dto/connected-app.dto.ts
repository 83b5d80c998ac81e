import { ApiProperty } from '@nestjs/swagger';
import { APP_REGISTRATIONS, type AppRegistration, type AppRegistrationWay, type Client } from '@countersign/oauth';
import { OperationUseDocument } from './operation-use.dto.js';
import { CONSENTS_LOOKED_AT, type ConnectedApp } from '../connected-apps.repository.js';

class ConnectedAccessDocument {
  @ApiProperty({ description: 'At which API.', example: 'https://api.example.com' })
  audience!: string;

  @ApiProperty({ type: [String], description: 'What at least one person allowed.', example: ['read:analytics-data', 'read:reports'] })
  scopes!: string[];

  @ApiProperty({ type: [String], description: 'What of it calls needed.', example: ['read:analytics-data'] })
  scopes_used!: string[];
}

export class ConnectedAppDocument {
  @ApiProperty({ description: 'Id of the app.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  app_id!: string;

  @ApiProperty({ description: 'Its name.', example: 'Charts' })
  name!: string;

  @ApiProperty({ enum: ['app', 'agent'], description: 'An agent decides by itself what to do next.', example: 'app' })
  kind!: 'app' | 'agent';

  @ApiProperty({ enum: APP_REGISTRATIONS, description: 'How it became known here.', example: 'administrator' })
  registration!: AppRegistrationWay;

  @ApiProperty({ description: 'Who stands behind it.', example: 'Charts Ltd' })
  publisher!: string;

  @ApiProperty({ description: 'An operator has approved it.', example: true })
  reviewed!: boolean;

  @ApiProperty({ type: 'integer', description: 'How many people allowed it something.', example: 12 })
  people!: number;

  @ApiProperty({ type: [ConnectedAccessDocument], description: 'What they allowed, by API.' })
  access!: ConnectedAccessDocument[];

  @ApiProperty({ format: 'date-time', description: 'When the first of them allowed it.', example: '2026-11-22T08:00:00.000Z' })
  first_allowed_at!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The minute of the last call that was let in; null: none was.',
    example: '2026-11-22T08:41:00.000Z',
  })
  last_used_at!: string | null;

  @ApiProperty({ type: 'integer', description: 'Calls that were let in.', example: 1_284 })
  calls!: number;

  @ApiProperty({ type: 'integer', description: 'Calls that were denied, because what was allowed was not enough for them.', example: 3 })
  denials!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The minute of the last denial; null: there was none.',
    example: null,
  })
  last_denied_at!: string | null;

  @ApiProperty({
    type: [OperationUseDocument],
    description: `What it called, for these people together; the 50 most called ones. Of the ${CONSENTS_LOOKED_AT} consents used last: with more of them, calls and denials are more than what is listed here.`,
  })
  operations!: OperationUseDocument[];

  /** @param app undefined: it was deleted this moment. */
  static from(connected: ConnectedApp, app: Client | undefined, audienceOf: (apiId: string) => string): ConnectedAppDocument {
    return {
      app_id: connected.appId,
      ...(app?.app ? factsOf(app, app.app) : { ...DELETED, name: connected.appId }),
      people: connected.people,
      access: connected.access.map(({ apiId, scopes, scopesUsed }) => ({
        audience: audienceOf(apiId),
        scopes: [...scopes],
        scopes_used: [...scopesUsed],
      })),
      first_allowed_at: connected.firstAllowedAt.toISOString(),
      last_used_at: connected.lastUsedAt?.toISOString() ?? null,
      calls: connected.calls,
      denials: connected.denials,
      last_denied_at: connected.lastDeniedAt?.toISOString() ?? null,
      operations: connected.operations.map((operation) => OperationUseDocument.from(operation)),
    };
  }
}

type AppFacts = Pick<ConnectedAppDocument, 'name' | 'kind' | 'registration' | 'publisher' | 'reviewed'>;

const DELETED = { kind: 'app', registration: 'administrator', publisher: '', reviewed: false } as const;

function factsOf({ displayName, principalType }: Client, { registration, publisher, reviewed }: AppRegistration): AppFacts {
  return { name: displayName, kind: principalType === 'agent' ? 'agent' : 'app', registration, publisher, reviewed };
}

export class ConnectedAppList {
  @ApiProperty({ type: [ConnectedAppDocument] })
  data!: ConnectedAppDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
