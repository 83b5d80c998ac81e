import { BlockList, isIP } from 'node:net';

interface Received {
  readonly raw: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

/** Tells whether the peer of a request's connection is in these addresses and CIDR blocks, whatever its headers say. */
export function trustedProxy(networks: readonly string[]): (request: Received) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', bits] = network.split('/');
    const isIpv4 = isIP(base) === 4;
    list.addSubnet(base, Number(bits ?? (isIpv4 ? 32 : 128)), isIpv4 ? 'ipv4' : 'ipv6');
  }
  return ({ raw: { socket } }) => {
    const { remoteAddress = '' } = socket;
    const family = isIP(remoteAddress);
    return family !== 0 && list.check(remoteAddress, family === 4 ? 'ipv4' : 'ipv6');
  };
}
