import { Injectable } from '@nestjs/common';
import { parseSpiffeId, type Client } from '@countersign/oauth';
import { Clients } from '../clients/index.js';
import { CertificateAuthority } from './certificate-authority.service.js';
import type { LeafSubject } from './leaf.js';

/** A microservice whose certificates our authority issues. */
export interface CertificateSubject extends LeafSubject {
  readonly name: string;
  readonly active: boolean;
}

/** Who may have certificates: the microservices, as the issuer knows them. */
@Injectable()
export class CertificateSubjects {
  constructor(
    private readonly clients: Clients,
    private readonly authority: CertificateAuthority,
  ) {}

  /** undefined: no microservice; `foreign`: its SPIFFE id lies in a trust domain that is not ours. */
  async find(id: string): Promise<CertificateSubject | 'foreign' | undefined> {
    const client = await this.clients.find(id);
    if (client?.principalType !== 'microservice' || client.spiffeId === undefined) return undefined;
    const trustDomain = parseSpiffeId(client.spiffeId)?.trustDomain;
    return trustDomain === this.authority.trustDomain ? subjectOf(client, client.spiffeId) : 'foreign';
  }
}

function subjectOf({ id, displayName, active }: Client, spiffeId: string): CertificateSubject {
  return { id, name: displayName, active, spiffeId };
}
