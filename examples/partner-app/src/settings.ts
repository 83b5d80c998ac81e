import { existsSync, readFileSync } from 'node:fs';

export interface Settings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The API whose data is shown, and what is asked for there. */
  readonly api: string;
  readonly scope: string;
  readonly port: number;
  /** Somebody of the demo who can sign in, for the line at the start. */
  readonly demoUser: { readonly email: string; readonly password: string } | undefined;
}

interface DemoFile {
  public_url: string;
  orgs: { users?: { email: string; password: string; role: string }[] }[];
  apps?: { client_id: string; client_secret: string; scope: string }[];
}

const SCOPE = 'read:analytics-data read:account';

/** From ISSUER, CLIENT_ID and CLIENT_SECRET, or from the file of credentials that Countersign's demo writes. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const { ISSUER, CLIENT_ID, CLIENT_SECRET, DEMO = '.countersign/demo.json', PORT = '4100' } = environment;
  const port = Number(PORT);
  // Issuers are compared letter by letter (RFC 8414 §3.3), and none here ends with a slash.
  const issuer = ISSUER?.replace(/\/+$/, '');
  if (issuer && CLIENT_ID && CLIENT_SECRET) {
    const client = { issuer, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
    return { ...client, api: `${issuer}/analytics`, scope: SCOPE, port, demoUser: undefined };
  }
  return { ...readDemo(DEMO), port };
}

function readDemo(path: string): Omit<Settings, 'port'> {
  const demo = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as DemoFile) : undefined;
  const app = demo?.apps?.[0];
  if (!demo || !app)
    throw new Error(`${path} names no app. Run npm start in Countersign's folder first, or set ISSUER, CLIENT_ID and CLIENT_SECRET.`);
  return {
    issuer: demo.public_url,
    clientId: app.client_id,
    clientSecret: app.client_secret,
    api: `${demo.public_url}/analytics`,
    scope: app.scope,
    demoUser: demo.orgs[0]?.users?.find(({ role }) => role === 'member'),
  };
}
