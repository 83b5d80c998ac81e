import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../platform/config/index.js';

export interface DemoCredential {
  client_id: string;
  client_secret: string;
  audience: string;
  scope: string;
}

export interface DemoUser {
  email: string;
  password: string;
  role: 'admin' | 'member';
}

export interface DemoApiKey {
  /** The `client_id` of an exchange. */
  id: string;
  key: string;
  scope: string;
}

export interface DemoOrgEntry {
  id: string;
  name: string;
  /** Absent in a file of an older version. */
  users?: DemoUser[];
  service_principals: (DemoCredential & { name: string })[];
  /** Absent in a file of an older version. */
  api_keys?: DemoApiKey[];
}

/** An app of somebody else that people of the demo can allow something; the secret is null for one that cannot keep any. */
export interface DemoApp {
  client_id: string;
  client_secret: string | null;
  redirect_uris: string[];
  scope: string;
}

/** `audience` and `scope` are those of one call that it may make; the others are paths of PEM files. */
export interface DemoMicroservice {
  name: string;
  client_id: string;
  audience: string;
  scope: string;
  cert: string;
  key: string;
  ca: string;
}

/** `demo.json`: the URLs and every demo credential, so that a script can use them. Parts that are not built are absent. */
export interface DemoDocument {
  public_url: string;
  internal_url?: string;
  mtls_url?: string;
  ops_url: string;
  operator: DemoCredential;
  orgs: DemoOrgEntry[];
  /** Absent in a file of an older version. */
  apps?: DemoApp[];
  microservices?: DemoMicroservice[];
}

export class DemoFile {
  readonly path: string;

  constructor(private readonly settings: Settings) {
    this.path = join(settings.DATA_DIR, 'demo.json');
  }

  read(): DemoDocument | undefined {
    return existsSync(this.path) ? (JSON.parse(readFileSync(this.path, 'utf8')) as DemoDocument) : undefined;
  }

  /** Whole or not at all, readable by its owner only. */
  write(document: DemoDocument): void {
    const temporary = `${this.path}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, this.path);
  }
}
