import ipaddr from 'ipaddr.js';

/** True for addresses of the public Internet only: everything special-use (RFC 6890), also inside IPv6, is false. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === 'unicast';
}
