import { Module, type OnModuleInit } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { AdministrationModule } from '../administration/index.js';
import { OrgImpact, OrgsModule } from '../orgs/index.js';
import { FederatedAccounts } from './federated-accounts.js';
import { Joining } from './joining.js';
import { JoinLinksRepository } from './join-links.repository.js';
import { JoinLinks } from './join-links.js';
import { MemberChanges } from './member-changes.service.js';
import { MemberRecords } from './member-records.js';
import { MembersController } from './members.controller.js';
import { MembersRepository } from './members.repository.js';
import { Members } from './members.service.js';
import { Memberships } from './memberships.js';
import { PasswordAccounts } from './password-accounts.js';
import { PasswordResetsRepository } from './password-resets.repository.js';
import { PasswordResets } from './password-resets.js';
import { People } from './people.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { Users } from './users.service.js';

@Module({
  imports: [AdministrationModule, IdempotencyModule, OrgsModule],
  controllers: [MembersController, UsersController],
  providers: [
    FederatedAccounts,
    Joining,
    JoinLinks,
    JoinLinksRepository,
    MemberChanges,
    MemberRecords,
    Members,
    MembersRepository,
    Memberships,
    PasswordAccounts,
    PasswordResets,
    PasswordResetsRepository,
    People,
    Users,
    UsersRepository,
  ],
  exports: [FederatedAccounts, Joining, Memberships, PasswordAccounts, PasswordResets, People],
})
export class UsersModule implements OnModuleInit {
  constructor(
    private readonly impact: OrgImpact,
    private readonly members: MembersRepository,
  ) {}

  onModuleInit(): void {
    this.impact.add({ name: 'members', count: (tx, orgId) => this.members.countActive(tx, orgId) });
  }
}
