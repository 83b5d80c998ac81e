import type { Operator } from './builders.js';
import type { Answer } from './requests.js';

export interface SignInState {
  csrf_token: string;
  user: { id: string; email: string; name: string } | null;
  providers: { name: string; path: string }[];
}

export interface OwnSession {
  id: string;
  current: boolean;
  amr: string[];
  ip: string | null;
  expires_at: string;
}

/** A browser without scripts: it keeps cookies, follows no redirect, and says who it is as browsers do. */
export class Visitor {
  readonly cookies = new Map<string, string>();

  /** @param headers of every request, such as a forwarded address */
  constructor(
    readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  get<T = Record<string, unknown>>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.send<T>('GET', path, undefined, headers);
  }

  /** A form as it stands. */
  post<T = Record<string, unknown>>(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.send<T>('POST', path, new URLSearchParams(form).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    });
  }

  /** A form whose text is ready, for fields that repeat. */
  postText<T = Record<string, unknown>>(path: string, form: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.send<T>('POST', path, form, { 'content-type': 'application/x-www-form-urlencoded', ...headers });
  }

  /** A form from a page of ours, with its token. */
  async submit<T = Record<string, unknown>>(path: string, form: Record<string, string> = {}): Promise<Answer<T>> {
    return this.post<T>(
      path,
      { csrf_token: (await this.state()).csrf_token, ...form },
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
    );
  }

  async state(): Promise<SignInState> {
    const answer = await this.get<SignInState>('/login/state');
    if (answer.status !== 200) throw new Error(`GET /login/state answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  signIn(email: string, password: string, more: Record<string, string> = {}): Promise<Answer> {
    return this.submit('/login', { email, password, ...more });
  }

  join(link: string, password: string, name = 'A person'): Promise<Answer> {
    return this.submit('/login/join', { link, password, name });
  }

  async sessions(): Promise<OwnSession[]> {
    const answer = await this.get<{ data: OwnSession[] }>('/account/sessions');
    if (answer.status !== 200) throw new Error(`GET /account/sessions answered ${answer.status}: ${answer.text}`);
    return answer.body.data;
  }

  /** Whether somebody is signed in here, at this server or at another replica of it. */
  async isSignedIn(url = this.url): Promise<boolean> {
    const response = await fetch(`${url}/account/sessions`, { headers: this.cookieHeader() });
    await response.text();
    return response.status === 200;
  }

  /** The value of the session cookie, whatever its prefix. */
  get sessionToken(): string | undefined {
    return [...this.cookies].find(([name]) => name.endsWith('countersign-session'))?.[1];
  }

  /** A second browser with the same cookies. */
  copy(): Visitor {
    const other = new Visitor(this.url, this.headers);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  private async send<T>(method: string, path: string, body: string | undefined, headers: Record<string, string>): Promise<Answer<T>> {
    const response = await fetch(path.startsWith('http') ? path : this.url + path, {
      method,
      redirect: 'manual',
      headers: { ...this.headers, ...this.cookieHeader(), ...headers },
      ...(body !== undefined && { body }),
    });
    for (const cookie of response.headers.getSetCookie()) this.keep(cookie);
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : {}) as T, text };
  }

  private keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(name.length + 1));
  }

  private cookieHeader(): Record<string, string> {
    return this.cookies.size === 0 ? {} : { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') };
  }
}

export interface MemberMade {
  id: string;
  org_id: string;
  user_id: string | null;
  email: string;
  name: string | null;
  role: string;
  status: string;
  invitation: { hint: string; expires_at: string } | null;
  join_url?: string | null;
}

export interface PersonMade {
  readonly email: string;
  readonly password: string;
  readonly userId: string;
  readonly memberId: string;
  /** Signed in. */
  readonly browser: Visitor;
}

let serial = 0;

export const anAddress = (domain = 'people.example'): string => `person-${++serial}@${domain}`;

export function linkOf({ join_url: url }: MemberMade): string {
  return new URL(url ?? '').searchParams.get('link') ?? '';
}

/** Somebody who was invited to an organization and has joined. */
export async function aPerson(
  operator: Operator,
  orgId: string,
  { email = anAddress(), role = 'member', name = 'A person' }: { email?: string; role?: string; name?: string } = {},
): Promise<PersonMade> {
  const { url } = operator.server;
  const member = await operator.create<MemberMade>(`/v1/orgs/${orgId}/members`, { email, role });
  const browser = new Visitor(url);
  const password = `five words of ${Math.random().toString(36).slice(2)} chance`;
  const joined = await browser.join(linkOf(member), password, name);
  if (joined.status !== 303) throw new Error(`Joining answered ${joined.status}: ${joined.text}`);
  const { user } = await browser.state();
  return { email, password, userId: user?.id ?? '', memberId: member.id, browser };
}
