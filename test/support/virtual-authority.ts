import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import {
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  BasicConstraintsExtension,
} from '@peculiar/x509';
import { ServiceIdentity, type IdentityEvent, type ServiceIdentityOptions } from '@countersign/client';
import { makeCertificate, type MadeCertificate } from './certificates.js';

export const INTERNAL_ISSUER = 'https://internal.example';
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const PEM = '-----BEGIN CERTIFICATE-----\nof the listener\n-----END CERTIFICATE-----\n';

type OpenChannel = NonNullable<ServiceIdentityOptions['transport']>;
type ChannelOptions = Parameters<OpenChannel>[0];

/** One group of connections as a service opened it, and what became of it. */
export interface SeenChannel {
  readonly options: ChannelOptions;
  /** Requests that were not answered yet. */
  underWay: number;
  state: 'open' | 'closing' | 'closed' | 'destroyed';
}

export interface SeenCall {
  readonly url: string;
  readonly channel: SeenChannel;
  readonly form: URLSearchParams;
  readonly json: Record<string, unknown>;
  readonly authorization: string | null;
  readonly traceparent: string | null;
}

type Answer = Response | Promise<Response>;

/** An internal issuer and its services behind an injected transport; its certificates are real, its connections are not. */
export class VirtualAuthority {
  lifetimeSeconds = 86_400;
  random = 0.5;
  sequence = 1;
  authorities: MadeCertificate[] = [];
  readonly channels: SeenChannel[] = [];
  readonly calls: SeenCall[] = [];
  readonly events: IdentityEvent[] = [];
  onCertificate: (call: SeenCall) => Answer = (call) => this.certify(call);
  onBundle: () => Answer = () => this.bundle();
  onCall: (call: SeenCall) => Answer = () => Response.json({ ok: true });
  private tokens = 0;

  static async create(): Promise<VirtualAuthority> {
    const authority = new VirtualAuthority();
    await authority.addAuthority();
    return authority;
  }

  async addAuthority(): Promise<MadeCertificate> {
    const made = await makeCertificate({ ca: true, uris: ['spiffe://test.example'] });
    this.authorities = [...this.authorities, made];
    return made;
  }

  open(options: Partial<ServiceIdentityOptions> = {}): Promise<ServiceIdentity> {
    return ServiceIdentity.open({
      issuer: INTERNAL_ISSUER,
      ca: PEM,
      joinToken: 'csn_join_of_the_tests',
      random: () => this.random,
      onEvent: (event) => this.events.push(event),
      transport: (channel) => this.connect(channel),
      ...options,
    });
  }

  /** Calls of one path. */
  asked(path: string): SeenCall[] {
    return this.calls.filter(({ url }) => new URL(url).pathname === path);
  }

  certify({ json }: SeenCall): Promise<Response> {
    return this.sign(new Pkcs10CertificateRequest(String(json['certificate_request'])));
  }

  private async sign({ publicKey }: Pkcs10CertificateRequest): Promise<Response> {
    const now = Math.floor(Date.now() / 1000) * 1000;
    const end = now + this.lifetimeSeconds * 1000;
    const signer = this.authorities.at(-1)!;
    const certificate = await X509CertificateGenerator.create({
      subject: 'CN=svc_billing',
      issuer: signer.subject,
      notBefore: new Date(now - 300_000),
      notAfter: new Date(end),
      publicKey,
      signingKey: signer.keys.privateKey,
      signingAlgorithm: P256,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new SubjectAlternativeNameExtension([{ type: 'url', value: 'spiffe://test.example/billing' }]),
      ],
    });
    const members = {
      certificate: certificate.toString('pem'),
      client_id: 'svc_billing',
      spiffe_id: 'spiffe://test.example/billing',
      renew_at: new Date(now + (end - now) / 2).toISOString(),
      expires_at: new Date(end).toISOString(),
    };
    return Response.json(members, { status: 201 });
  }

  private connect(options: ChannelOptions): ReturnType<OpenChannel> {
    const channel: SeenChannel = { options, underWay: 0, state: 'open' };
    this.channels.push(channel);
    let fail: (error: Error) => void = () => undefined;
    const destroyed = new Promise<never>((_, reject) => (fail = reject));
    destroyed.catch(() => undefined);
    return {
      fetch: (input, init) => this.serve({ channel, destroyed }, String(input), init),
      close: async () => {
        if (channel.state === 'destroyed') throw new Error('The connections are destroyed.');
        channel.state = 'closing';
        while (channel.underWay > 0 && (channel.state as string) !== 'destroyed') await new Promise((resolve) => setImmediate(resolve));
        if ((channel.state as string) !== 'destroyed') channel.state = 'closed';
      },
      destroy: () => {
        channel.state = 'destroyed';
        fail(new TypeError('fetch failed', { cause: new Error('The connections are destroyed.') }));
      },
    };
  }

  private async serve(
    { channel, destroyed }: { channel: SeenChannel; destroyed: Promise<never> },
    url: string,
    init: RequestInit = {},
  ): Promise<Response> {
    // As the real ones do.
    if (channel.state !== 'open') throw new TypeError('fetch failed', { cause: new Error(`The connections are ${channel.state}.`) });
    const body = typeof init.body === 'string' ? init.body : '';
    const call: SeenCall = {
      url,
      channel,
      form: new URLSearchParams(body.startsWith('{') ? '' : body),
      json: body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {},
      authorization: new Headers(init.headers).get('authorization'),
      traceparent: new Headers(init.headers).get('traceparent'),
    };
    this.calls.push(call);
    channel.underWay++;
    try {
      return await Promise.race([this.answer(call), destroyed]);
    } finally {
      channel.underWay--;
    }
  }

  private answer(call: SeenCall): Answer {
    const { origin, pathname } = new URL(call.url);
    if (origin !== INTERNAL_ISSUER) return this.onCall(call);
    if (pathname === '/certificates') return this.onCertificate(call);
    if (pathname === '/oauth/token') return this.issueToken();
    if (pathname === '/.well-known/spiffe-bundle') return this.onBundle();
    return Response.json({ issuer: INTERNAL_ISSUER, token_endpoint: `${INTERNAL_ISSUER}/oauth/token` });
  }

  private issueToken(): Response {
    this.tokens++;
    return Response.json({ access_token: `token-${this.tokens}`, token_type: 'Bearer', expires_in: 300, scope: 'start:export' });
  }

  bundle(): Response {
    const keys = this.authorities.map(({ der }) => ({ use: 'x509-svid', x5c: [new X509Certificate(der).raw.toString('base64')] }));
    return Response.json({ spiffe_sequence: this.sequence, spiffe_refresh_hint: 300, keys: [{ use: 'jwt-svid' }, ...keys] });
  }
}
