import { ApiProperty } from '@nestjs/swagger';
import type { ClientGrant } from '@countersign/oauth';
import { IsString, Length } from 'class-validator';
import { GrantDocument } from '../../../../directory/api-resources/index.js';
import { HOST_STANDINGS, type AppDescription, type HostStanding } from '../../../../directory/third-party-apps/index.js';
import type { ProblemItem } from '../../../../platform/http/index.js';

const ADDRESS = 'https://app.example/oauth/client.json';

export class PreviewApp {
  @ApiProperty({ description: 'The address of the document, which the app sends as client_id.', example: ADDRESS })
  @Length(1, 2_048)
  @IsString()
  client_id!: string;
}

class PreviewItem {
  @ApiProperty({ description: 'JSON Pointer into the document; empty: all of it.', example: '/redirect_uris/0' })
  location!: string;

  @ApiProperty({ example: 'The redirect URI has a fragment.' })
  message!: string;

  @ApiProperty({ example: 'Leave out the # and what follows it.' })
  fix!: string;
}

class PreviewedApp {
  @ApiProperty({ description: 'What people are shown.', example: 'Charts' })
  name!: string;

  @ApiProperty({ description: 'The host that vouches for it, which people are shown too.', example: 'app.example' })
  publisher!: string;

  @ApiProperty({ enum: ['none', 'private_key_jwt'], description: 'How it proves who it is.', example: 'none' })
  auth_method!: string;

  @ApiProperty({ type: [String], description: 'Where people are sent back to.', example: ['http://127.0.0.1/callback'] })
  redirect_uris!: string[];

  @ApiProperty({ type: [String], example: ['authorization_code', 'refresh_token'] })
  grant_types!: string[];

  @ApiProperty({ type: [GrantDocument], description: 'The most that people could allow it.' })
  grants!: GrantDocument[];
}

interface Preview {
  readonly problems: readonly ProblemItem[];
  readonly notes?: readonly ProblemItem[];
  readonly app?: { readonly description: AppDescription; readonly grants: readonly ClientGrant[] };
  readonly freshSeconds?: number;
}

export class AppPreviewDocument {
  @ApiProperty({ example: ADDRESS })
  client_id!: string;

  @ApiProperty({
    enum: HOST_STANDINGS,
    description:
      'listed: the operator vouches for the host, which counts as a review. unverified: an organization has to admit the app, or all. refused: nobody can use it.',
    example: 'unverified',
  })
  decision!: string;

  @ApiProperty({ type: [PreviewItem], description: 'Why the document is not taken; empty: it is.' })
  problems!: PreviewItem[];

  @ApiProperty({ type: [PreviewItem], description: 'What of it is left out.' })
  notes!: PreviewItem[];

  @ApiProperty({ type: PreviewedApp, nullable: true, description: 'What would be known of the app; null where the document is not taken.' })
  app!: PreviewedApp | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'For how many seconds it is used without being read again, as its host says, between 60 and 86400.',
    example: 300,
  })
  fresh_seconds!: number | null;

  static of(clientId: string, decision: HostStanding, { problems, notes = [], app, freshSeconds }: Preview): AppPreviewDocument {
    return {
      client_id: clientId,
      decision,
      problems: problems.map((item) => ({ ...item })),
      notes: notes.map((item) => ({ ...item })),
      app: app ? previewedApp(app.description, app.grants) : null,
      fresh_seconds: freshSeconds ?? null,
    };
  }
}

function previewedApp(description: AppDescription, grants: readonly ClientGrant[]): PreviewedApp {
  return {
    name: description.name,
    publisher: description.publisher,
    auth_method: description.authMethod,
    redirect_uris: [...description.redirectUris],
    grant_types: [...description.grantTypes],
    grants: grants.map(({ audience, scopes }) => ({ audience, scopes: [...scopes] })),
  };
}
