/** What the kernel lets this process do: root in a container or on a small virtual machine may not do everything. */
import { readFileSync } from 'node:fs';

/** Bits of capabilities(7). */
const BITS = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21, CAP_SYS_RESOURCE: 24 } as const;
export type Capability = keyof typeof BITS;

export function hasCapability(capability: Capability): boolean {
  const [, effective = '0'] = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${effective}`) >> BigInt(BITS[capability])) & 1n) === 1n;
}
