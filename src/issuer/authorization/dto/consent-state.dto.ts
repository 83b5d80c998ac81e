import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ConsentView, Destination, PlaceView } from '../consent-view.js';
import type { InteractionStep } from '../interactions.service.js';

class AskedScopeDocument {
  @ApiProperty({ example: 'read:analytics-data' })
  name!: string;

  @ApiProperty({ example: 'Read metrics, customers and what they did.' })
  description!: string;

  @ApiProperty({ enum: ['low', 'medium', 'high'], example: 'medium' })
  risk!: string;

  @ApiProperty({ description: 'It was allowed before.', example: false })
  allowed_before!: boolean;
}

class AskedPlaceDocument {
  @ApiProperty({ example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id!: string;

  @ApiProperty({ example: 'Northwind Traders' })
  org_name!: string;

  @ApiProperty({ enum: ['admitted', 'ask_admin', 'refused'], description: 'Whether the organization admits the app.', example: 'admitted' })
  admission!: string;

  @ApiProperty({ type: [AskedScopeDocument], description: 'What could be allowed there; empty: nothing.' })
  scopes!: AskedScopeDocument[];

  static from({ orgId, orgName, admission, scopes }: PlaceView): AskedPlaceDocument {
    return {
      org_id: orgId,
      org_name: orgName,
      admission,
      scopes: scopes.map(({ name, description, risk, allowedBefore }) => ({ name, description, risk, allowed_before: allowedBefore })),
    };
  }
}

class AskingAppDocument {
  @ApiProperty({ example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ example: 'Charts' })
  name!: string;

  @ApiProperty({ enum: ['app', 'agent'], example: 'app' })
  kind!: string;

  @ApiProperty({ example: 'Charts Ltd' })
  publisher!: string;

  @ApiProperty({
    enum: ['registered', 'address', 'self_registered'],
    description: 'What is sure about it: somebody here registered it, it owns the address that is its id, or nothing.',
    example: 'address',
  })
  identity!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Host of the address that is its id.', example: 'agent.example' })
  host!: string | null;

  @ApiProperty({ description: 'Its name can be taken for another one.', example: false })
  can_be_mistaken!: boolean;

  @ApiProperty({ description: 'An operator has looked at it.', example: true })
  reviewed!: boolean;

  @ApiProperty({ type: String, nullable: true, example: null })
  logo_uri!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  policy_uri!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  tos_uri!: string | null;
}

class DestinationDocument {
  @ApiProperty({ enum: ['website', 'this_computer', 'installed_app', 'device'], example: 'website' })
  kind!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Host of the website, scheme of the installed app, or the code that the device shows.',
    example: 'charts.example',
  })
  name!: string | null;
}

class AskedDocument {
  @ApiProperty({ type: AskingAppDocument })
  app!: AskingAppDocument;

  @ApiProperty({ type: DestinationDocument, description: 'Where the person is sent afterwards.' })
  destination!: DestinationDocument;

  @ApiProperty({ example: 'http://localhost:3000/analytics' })
  audience!: string;

  @ApiProperty({ example: 'Saasalytics' })
  api_name!: string;

  @ApiProperty({ example: 'ada@example.com' })
  user_email!: string;

  @ApiProperty({ description: 'How many seconds each of its tokens lives.', example: 900 })
  token_seconds!: number;

  @ApiProperty({ description: 'It ends after so many days without use.', example: 30 })
  idle_days!: number;

  @ApiProperty({ description: 'It ends after so many days.', example: 180 })
  total_days!: number;

  @ApiProperty({ type: [AskedPlaceDocument], description: 'The organizations of the person.' })
  places!: AskedPlaceDocument[];

  static from({ app, destination, api, user, days, places, tokenSeconds }: ConsentView): AskedDocument {
    return {
      app: {
        id: app.id,
        name: app.name,
        kind: app.kind,
        publisher: app.publisher,
        identity: app.identity.kind,
        host: app.identity.kind === 'address' ? app.identity.host : null,
        can_be_mistaken: app.canBeMistaken,
        reviewed: app.reviewed,
        logo_uri: app.logoUri ?? null,
        policy_uri: app.policyUri ?? null,
        tos_uri: app.tosUri ?? null,
      },
      destination: { kind: destination.kind, name: nameOf(destination) },
      audience: api.identifier,
      api_name: api.name,
      user_email: user.email,
      token_seconds: tokenSeconds,
      idle_days: days.idle,
      total_days: days.total,
      places: places.map((place) => AskedPlaceDocument.from(place)),
    };
  }
}

function nameOf(destination: Destination): string | null {
  switch (destination.kind) {
    case 'website':
      return destination.host;
    case 'installed_app':
      return destination.scheme;
    case 'device':
      return destination.userCode;
    case 'this_computer':
      return null;
  }
}

export class ConsentStateDocument {
  @ApiProperty({ enum: ['sign_in', 'consent', 'done'], description: 'What is to happen now.', example: 'consent' })
  step!: string;

  @ApiProperty({ description: 'For the form of this browser.', example: 'uYx0Jm2o…' })
  csrf_token!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Where to go for sign_in and done.', example: null })
  location!: string | null;

  @ApiProperty({ type: AskedDocument, nullable: true, description: 'What to show for consent.' })
  asked!: AskedDocument | null;

  static from(step: InteractionStep, csrfToken: string): ConsentStateDocument {
    const location = step.step === 'sign_in' ? step.path : step.step === 'done' ? step.location : null;
    return { step: step.step, csrf_token: csrfToken, location, asked: step.step === 'consent' ? AskedDocument.from(step.view) : null };
  }
}

/** For the API documentation only: the raw form is parsed by FormParameters. */
export class ConsentForm {
  @ApiProperty({ description: 'From GET /consent/state, or the hidden field of the page.', example: 'uYx0Jm2o…' })
  csrf_token!: string;

  @ApiProperty({ description: 'The `interaction` of the address of the page.', example: 'n2Q1c3…' })
  interaction!: string;

  @ApiProperty({ enum: ['allow', 'deny', 'ask_admin'], example: 'allow' })
  decision!: string;

  @ApiPropertyOptional({ description: 'The organization that it is about.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id?: string;

  @ApiPropertyOptional({ type: [String], description: 'What was ticked; repeated.', example: ['read:analytics-data'] })
  scope?: string[];
}
