import { BlockList, isIP } from 'node:net';

/**
 * Addresses and networks, such as 127.0.0.1, ::1 or 10.1.0.0/16.
 * @throws Error with the text that is none
 */
export function listAddresses(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits] = text.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    try {
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    } catch (cause) {
      throw new Error(text, { cause });
    }
  }
  return list;
}

/** Whether an address is one of these; one of IPv4 in the form of IPv6 counts as what it is. */
export function isListed(list: BlockList, address: string | undefined): boolean {
  const plain = (address ?? '').replace(/^::ffff:/, '');
  return isIP(plain) !== 0 && list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
