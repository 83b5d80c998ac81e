import ipaddr from 'ipaddr.js';

/** What counts as one source: an IPv4 address, or an IPv6 /64, the least that a customer has to himself. */
export function sourceNetwork(address: string): string {
  return networkOf(address, 64) ?? address;
}

/** The IPv6 /48 around it, which one customer may have too: 65536 sources in one hand (RFC 6177 §2). Undefined for IPv4. */
export function sourceSite(address: string): string | undefined {
  const network = networkOf(address, 48);
  return network?.includes('/') ? network : undefined;
}

function networkOf(address: string, bits: number): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${bits}`).toString()}/${bits}`;
}
