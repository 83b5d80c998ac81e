import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Joining, PasswordAccounts } from '../directory/users/index.js';
import type { DemoDocument, DemoOrgEntry, DemoUser } from './demo-file.js';
import type { ManagementClient } from './management-client.js';

const PEOPLE = [
  { name: 'Ada Admin', role: 'admin' },
  { name: 'Mio Member', role: 'member' },
] as const;
const ORIGIN = { userAgent: 'demo' };

/** An administrator and a member in each demo organization, invited and joined like anybody. */
@Injectable()
export class DemoUsers {
  constructor(
    private readonly joining: Joining,
    private readonly passwords: PasswordAccounts,
  ) {}

  async areReady({ orgs }: DemoDocument): Promise<boolean> {
    const users = orgs.flatMap((org) => org.users ?? [undefined]);
    const ready = await Promise.all(users.map((user) => user !== undefined && this.passwords.has(user.email)));
    return ready.every(Boolean);
  }

  /** The file is written before the database: nobody is left there whose password nobody knows. */
  async load(api: ManagementClient, document: DemoDocument, save: (document: DemoDocument) => void): Promise<void> {
    for (const org of document.orgs) {
      org.users ??= PEOPLE.map(({ name, role }) => newUser(org, name, role));
      save(document);
      for (const [i, user] of org.users.entries())
        if (!(await this.passwords.has(user.email))) await this.join(api, org, user, PEOPLE[i]?.name ?? user.email);
    }
  }

  private async join(api: ManagementClient, { id }: DemoOrgEntry, { email, password, role }: DemoUser, name: string): Promise<void> {
    const members = `/v1/orgs/${id}/members`;
    await api.removeLeftOver(members, (found) => found['email'] === email && found['status'] === 'invited');
    const invited = await api.post(members, { email, role });
    const link = new URL(String(invited['join_url'])).searchParams.get('link') ?? '';
    if (!(await this.joining.register(link, { email, name, password }, ORIGIN))) throw new Error(`${email} could not join the demo.`);
  }
}

function newUser(org: DemoOrgEntry, name: string, role: DemoUser['role']): DemoUser {
  const [given = ''] = name.toLowerCase().split(' ');
  const company = org.name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return { email: `${given}@${company}.example`, password: randomBytes(15).toString('base64url'), role };
}
