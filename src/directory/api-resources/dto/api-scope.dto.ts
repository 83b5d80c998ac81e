import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { IsDisplayText, IsScopeName } from '../../administration/index.js';
import { ASSIGNERS, RISKS, type Assigner, type Risk, type ScopeDefinition } from '../api-scope.entity.js';

export class ApiScopeDocument {
  @ApiProperty({ description: 'Name of the scope, as clients ask for it.', example: 'read:invoices' })
  @IsScopeName()
  name!: string;

  @ApiProperty({ description: 'What it allows, for administrators and consent screens.', example: 'Read invoices.' })
  @IsDisplayText(500)
  description!: string;

  @ApiProperty({ enum: RISKS, description: 'How much harm it can do in wrong hands.', example: 'low' })
  @IsIn(RISKS)
  risk!: Risk;

  @ApiProperty({ enum: ASSIGNERS, description: 'Who may put it into a grant.', example: 'org_admin' })
  @IsIn(ASSIGNERS)
  assignable_by!: Assigner;

  @ApiProperty({ description: 'Whether a person may pass it on to an app.', example: true })
  @IsBoolean()
  delegable!: boolean;

  toDefinition(): ScopeDefinition {
    const { name, description, risk, assignable_by: assignableBy, delegable } = this;
    return { name, description, risk, assignableBy, delegable };
  }

  static from({ name, description, risk, assignableBy, delegable }: ScopeDefinition): ApiScopeDocument {
    return Object.assign(new ApiScopeDocument(), { name, description, risk, assignable_by: assignableBy, delegable });
  }
}
