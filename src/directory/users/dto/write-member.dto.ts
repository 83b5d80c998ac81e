import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { Omittable } from '../../administration/index.js';
import { ORG_ROLES, type OrgRole } from '../org-role.policy.js';
import { IsEmailAddress } from './email-address.decorator.js';

export const DEFAULT_LINK_SECONDS = 7 * 86_400;

export class InviteAgain {
  @ApiPropertyOptional({
    minimum: 3_600,
    maximum: 2_592_000,
    default: DEFAULT_LINK_SECONDS,
    description: 'How long the link works.',
    example: 86_400,
  })
  @Omittable()
  @Min(3_600)
  @Max(2_592_000)
  @IsInt()
  lifetime_seconds?: number;
}

export class InviteMember extends InviteAgain {
  @ApiProperty({ description: 'E-mail address of the person; they sign in with it.', example: 'ada@example.com' })
  @IsEmailAddress()
  email!: string;

  @ApiPropertyOptional({ enum: ORG_ROLES, default: 'member', description: 'What they will be.', example: 'member' })
  @Omittable()
  @IsIn(ORG_ROLES)
  role?: OrgRole;
}

export class UpdateMember {
  @ApiProperty({ enum: ORG_ROLES, description: 'What they are from now on.', example: 'admin' })
  @IsIn(ORG_ROLES)
  role!: OrgRole;
}
