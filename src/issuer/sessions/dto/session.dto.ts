import { ApiProperty } from '@nestjs/swagger';
import type { SessionRow } from '../sessions.repository.js';
import type { SignedInUser } from '../sessions.js';

const MOMENT = { format: 'date-time', example: '2026-11-22T08:00:00.000Z' };

export class SignedInUserDocument {
  @ApiProperty({ description: 'Id of the person.', example: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'E-mail address.', example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ description: 'Name.', example: 'Ada Lovelace' })
  name!: string;

  static from({ userId, email, name }: SignedInUser): SignedInUserDocument {
    return { id: userId, email, name };
  }
}

export class ProviderChoiceDocument {
  @ApiProperty({ description: 'Name for the button.', example: 'Example Corp.' })
  name!: string;

  @ApiProperty({
    description: 'Where the form that begins a sign-in by it is sent; as a page it says where that leads.',
    example: '/login/providers/idp_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  path!: string;
}

export class SignInStateDocument {
  @ApiProperty({ description: 'For the forms of this browser in its present session.', example: 'uYx0Jm2o…' })
  csrf_token!: string;

  @ApiProperty({ type: SignedInUserDocument, nullable: true, description: 'Who is signed in; null: nobody.' })
  user!: SignedInUserDocument | null;

  @ApiProperty({ type: [ProviderChoiceDocument], description: 'Where anybody can sign in instead.' })
  providers!: ProviderChoiceDocument[];
}

export class SessionDocument {
  @ApiProperty({ description: 'Id of the session.', example: 'ses_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'Whether it is the one of this request.', example: true })
  current!: boolean;

  @ApiProperty({ type: [String], description: 'How they signed in (RFC 8176).', example: ['pwd'] })
  amr!: string[];

  @ApiProperty({ type: String, nullable: true, description: 'Address from which they signed in.', example: '203.0.113.7' })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What the browser called itself.', example: 'Mozilla/5.0' })
  user_agent!: string | null;

  @ApiProperty({ ...MOMENT, description: 'When they signed in.' })
  created_at!: string;

  @ApiProperty({ ...MOMENT, description: 'When it was last used, to the minute.' })
  last_used_at!: string;

  @ApiProperty({ ...MOMENT, description: 'When it ends if it is not used.' })
  expires_at!: string;

  static from(row: SessionRow, currentId: string): SessionDocument {
    return {
      id: row.id,
      current: row.id === currentId,
      amr: row.amr,
      ip: row.ip,
      user_agent: row.user_agent,
      created_at: row.created_at.toISOString(),
      last_used_at: row.last_used_at.toISOString(),
      expires_at: row.expires_at.toISOString(),
    };
  }
}

export class SessionList {
  @ApiProperty({ type: [SessionDocument], description: 'Newest first.' })
  data!: SessionDocument[];
}
