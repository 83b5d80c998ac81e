import ipaddr from 'ipaddr.js';

/** A network in CIDR notation; a single address is a network of one. Undefined for everything else, such as octal spellings. */
export function readNetwork(text: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return `${text}/32`;
  if (text.includes(':') && ipaddr.IPv6.isValid(text)) return `${text}/128`;
  const isNetwork = ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || (text.includes(':') && ipaddr.IPv6.isValidCIDR(text));
  return isNetwork ? text : undefined;
}

/** Whether an address lies in one of the networks; with none, every address does. */
export function isWithin(networks: readonly string[], address: string): boolean {
  if (networks.length === 0) return true;
  if (!ipaddr.isValid(address)) return false;
  const source = ipaddr.process(address);
  return networks.some((network) => {
    const [base, bits] = network.includes('/') ? ipaddr.parseCIDR(network) : [ipaddr.parse(network), undefined];
    return base.kind() === source.kind() && source.match(base, bits ?? (base.kind() === 'ipv4' ? 32 : 128));
  });
}
