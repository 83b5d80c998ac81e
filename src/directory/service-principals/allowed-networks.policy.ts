import ipaddr from 'ipaddr.js';

/** A network in CIDR notation; a single address is a network of one. Undefined for everything else, such as octal spellings. */
export function readNetwork(text: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return `${text}/32`;
  if (text.includes(':') && ipaddr.IPv6.isValid(text)) return `${text}/128`;
  const isNetwork = ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || (text.includes(':') && ipaddr.IPv6.isValidCIDR(text));
  return isNetwork ? text : undefined;
}
