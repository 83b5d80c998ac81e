import ipaddr from 'ipaddr.js';

const IPV4_BITS = 24;
/** What a site is given (RFC 6177): its machines change the bits after it. */
const IPV6_BITS = 48;

/** The network that an address stands for; undefined for what is none. */
export function networkOf(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const source = ipaddr.process(address);
  const bits = source.kind() === 'ipv4' ? IPV4_BITS : IPV6_BITS;
  const network =
    source.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${source.toString()}/${bits}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${source.toString()}/${bits}`);
  return `${network.toString()}/${bits}`;
}
