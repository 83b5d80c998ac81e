import { SetupError } from '../setup-error.js';

/** Tokens and secrets go over https, or stay on this machine. @throws SetupError */
export function requireSecure(text: string, allowHttp: boolean): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return;
  if (url?.protocol !== 'http:') throw new SetupError(`Not a URL of http or https: ${text}`);
  if (allowHttp || isLoopback(url.hostname)) return;
  throw new SetupError(`${text} is plain HTTP and not loopback: tokens would travel in the clear. --dangerously-allow-http permits it.`);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
