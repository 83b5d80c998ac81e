import type { CleanedEnv } from 'envalid';
import ipaddr from 'ipaddr.js';
import type { listenersSettings } from './listeners.settings.js';
import { isKeyOf, type Redacted } from './setting-types.js';

type Settings = Readonly<CleanedEnv<typeof listenersSettings>>;

interface Mistake {
  readonly name: string;
  readonly message: string;
}

const URLS = ['PUBLIC_URL', 'INTERNAL_URL', 'MTLS_URL'] as const;

/** Mistakes of the listeners that show only when settings are looked at together. `broken` ones are reported already. */
export function listenerMistakes(settings: Settings, broken: ReadonlySet<string>): Mistake[] {
  return [
    ...sameUrls(settings),
    ...plainUrls(settings),
    ...samePorts(settings),
    ...pairMistakes(settings, broken),
    ...openProxies(settings, broken),
  ];
}

function sameUrls(s: Settings): Mistake[] {
  return URLS.flatMap((name, i) => {
    const twin = URLS.slice(i + 1).find((other) => s[other] !== undefined && s[other] === s[name]);
    return twin ? [{ name, message: `must differ from ${twin}` }] : [];
  });
}

function plainUrls(s: Settings): Mistake[] {
  const plain = (['INTERNAL_URL', 'MTLS_URL'] as const).filter((name) => s[name]?.startsWith('http:'));
  return plain.map((name) => ({ name, message: 'must be https: the listener speaks TLS only' }));
}

/** Ports of the listeners that this process opens. */
function samePorts(s: Settings): Mistake[] {
  const names = [
    'OPS_PORT' as const,
    ...(s.ZONES === 'internal' ? [] : (['PORT', 'MTLS_PORT'] as const)),
    ...(s.ZONES === 'external' ? [] : (['INTERNAL_PORT'] as const)),
  ].filter((name) => name !== 'MTLS_PORT' || s.MTLS_URL !== undefined);
  return names.flatMap((name, i) => {
    const twin = names.slice(i + 1).find((other) => s[other] === s[name]);
    return twin ? [{ name, message: `must differ from ${twin}` }] : [];
  });
}

function pairMistakes(s: Settings, broken: ReadonlySet<string>): Mistake[] {
  return [
    ...pairMistake('INTERNAL_TLS_KEY', s.INTERNAL_TLS_CERT, s.INTERNAL_TLS_KEY, broken),
    ...pairMistake('MTLS_TLS_KEY', s.MTLS_TLS_CERT, s.MTLS_TLS_KEY, broken),
  ];
}

function pairMistake(name: string, cert: string | undefined, key: Redacted<string> | undefined, broken: ReadonlySet<string>): Mistake[] {
  const certName = name.replace('_KEY', '_CERT');
  if (broken.has(name) || broken.has(certName)) return [];
  if (Boolean(cert) !== Boolean(key)) return [{ name, message: `${certName} and ${name} go together` }];
  return cert && key && !isKeyOf(key.reveal(), cert) ? [{ name, message: `is not the key of ${certName}` }] : [];
}

/** MTLS-9: a header that anybody may send proves nothing. */
function openProxies(s: Settings, broken: ReadonlySet<string>): Mistake[] {
  if (broken.has('TRUSTED_PROXIES') || broken.has('FORWARDED_CLIENT_CERTIFICATE') || s.FORWARDED_CLIENT_CERTIFICATE === 'none') return [];
  const name = 'FORWARDED_CLIENT_CERTIFICATE';
  if (s.TRUSTED_PROXIES.length === 0) return [{ name, message: 'needs TRUSTED_PROXIES: from nobody else the header counts' }];
  const open = s.TRUSTED_PROXIES.find(isEverybody);
  return open === undefined ? [] : [{ name, message: `must not be believed from everybody: TRUSTED_PROXIES holds ${open}` }];
}

function isEverybody(block: string): boolean {
  const [base = '', bits] = block.split('/');
  if (bits === undefined) return false;
  if (Number(bits) === 0) return true;
  // The IPv4 addresses as IPv6 writes them: that block, or a larger one that holds it.
  return base.includes(':') && Number(bits) <= 96 && ipaddr.IPv6.parse('::ffff:0.0.0.0').match(ipaddr.IPv6.parse(base), Number(bits));
}
