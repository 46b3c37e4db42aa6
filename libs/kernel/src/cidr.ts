import { BlockList, isIP } from 'node:net';

/** Describes the problem with a CIDR block (RFC 4632, RFC 4291), as the end of a sentence. Null when it is valid. */
export function faultInCidr(text: string): string | null {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const family = isIP(address);
  const longest = family === 6 ? 128 : 32;
  const isCidr = family > 0 && !address.includes('%') && rest.length === 0 && /^(0|[1-9]\d{0,2})$/.test(prefix);
  if (!isCidr || Number(prefix) > longest) {
    return 'must be a CIDR block, such as 203.0.113.0/24 or 2001:db8::/32';
  }
  const size = 2n ** BigInt(longest - Number(prefix));
  return numberOf(address) % size === 0n ? null : 'must begin with the first address of its block';
}

/** Whether one of the CIDR blocks contains the address. False for text that is not an address. */
export function isInOneOf(cidrs: readonly string[], address: string): boolean {
  const blocks = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix] = cidr.split('/');
    blocks.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  // Format of IPv4 addresses of a socket that listens on IPv6.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(plain);
  return family > 0 && blocks.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Network that one client is likely to control, as a key: an IPv4 address, or the /64 of an IPv6 address. Text that is
 * not an address is a network of its own.
 */
export function clientNetwork(address: string): string {
  const plain = address.replace(/%.*$/, '');
  if (isIP(plain) !== 6) return plain;
  const number = numberOf(plain);
  const isMapped = number >> 32n === 0xffffn; // an IPv4 address in IPv6 notation
  if (!isMapped) return `${(number >> 64n).toString(16)}::/64`;
  return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.');
}

function numberOf(address: string): bigint {
  if (isIP(address) === 4) return address.split('.').reduce((number, byte) => number * 256n + BigInt(byte), 0n);
  // A URL has IPv6 in hexadecimal groups only, even if the text ends with an IPv4 address.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text = '') => text.split(':').filter(Boolean);
  const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  const all = [...groups(head), ...zeros, ...groups(tail)];
  return all.reduce((number, group) => number * 65536n + BigInt(`0x${group}`), 0n);
}
