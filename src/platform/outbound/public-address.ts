import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** True for addresses of the public Internet only: everything special-use (RFC 6890), also inside IPv6, is false. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === 'unicast';
}

/** False for the host of a URL that is an address and not a public one, or that says itself that it is this machine. Names can still mislead. */
export function isPublicHost(hostname: string): boolean {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return isIP(literal) === 0 ? !isLoopbackHost(hostname) : isPublicAddress(literal);
}

/** The host of a URL that is this machine by definition (RFC 6761 §6.3). */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
