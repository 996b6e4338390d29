import { BlockList, isIP } from 'node:net';
import { AppError } from '../core/app-error.ts';

/** So many senders are remembered; beyond, all are forgotten and begin anew. */
const MOST_SENDERS = 20_000;

interface Sender {
  readonly isAllowed: boolean;
  /** Messages that it may send now; below zero it owes time. */
  tokens: number;
  at: number;
}

/** Who may send, and how much. */
export class Senders {
  readonly #known = new Map<string, Sender>();
  #allow: BlockList | null = null;
  #rate = 0;

  /** @throws AppError BAD_SETTING */
  constructor(allow: readonly string[], rate: number) {
    this.configure(allow, rate);
  }

  /**
   * @param allow addresses and networks; where there are none, everybody may send
   * @param rate messages a second of one sender; 0 stands for any number
   * @throws AppError BAD_SETTING
   */
  configure(allow: readonly string[], rate: number): void {
    this.#allow = allow.length === 0 ? null : networksOf(allow);
    this.#rate = rate;
    this.#known.clear();
  }

  isAllowed(address: string): boolean {
    return this.#allow === null || this.#find(address).isAllowed;
  }

  /** Whether a sender may send one more message now. */
  spend(address: string): boolean {
    if (this.#rate === 0) return true;
    const sender = this.#refill(address);
    if (sender.tokens < 1) return false;
    sender.tokens--;
    return true;
  }

  /** How long a sender of a stream has to wait after so many messages, in milliseconds. */
  waitMs(address: string, messages: number): number {
    if (this.#rate === 0) return 0;
    const sender = this.#refill(address);
    sender.tokens -= messages;
    return sender.tokens >= 0 ? 0 : (-sender.tokens / this.#rate) * 1000;
  }

  #refill(address: string): Sender {
    const sender = this.#find(address);
    const now = performance.now();
    sender.tokens = Math.min(this.#rate, sender.tokens + ((now - sender.at) / 1000) * this.#rate);
    sender.at = now;
    return sender;
  }

  #find(address: string): Sender {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_SENDERS) this.#known.clear();
    const plain = plainAddress(address);
    const isAllowed = this.#allow?.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4') ?? true;
    const sender = { isAllowed, tokens: this.#rate, at: performance.now() };
    this.#known.set(address, sender);
    return sender;
  }
}

/** An address as people write it: one of IPv4 that came over a socket of IPv6 is one of IPv4. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address.replace(/%.*$/, '');
}

function networksOf(allow: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const text of allow) {
    const [address = '', bits, ...rest] = text.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (isIP(address) === 0 || prefix < 0 || prefix > most || rest.length > 0) {
      throw new AppError('BAD_SETTING', `allow: ${text} is neither an address nor a network`, {
        hint: 'Write an address, or a network such as 10.1.0.0/16 or fd00::/8.',
      });
    }
    networks.addSubnet(address, prefix, family);
  }
  return networks;
}
