/** What can be broken in the stack, and how one tells from the outside that it is. Nothing here remembers anything. */
import type { PresentedCertificate } from '../../src/adapters/tls/port.ts';

export const FAULTS = [
  {
    id: 'expiring',
    title: 'Certificate about to expire',
    explains: 'The server presents a certificate that ends in 5 days.',
  },
  {
    id: 'expired',
    title: 'Certificate expired',
    explains: 'The certificate ended 2 days ago: every client refuses the connection.',
  },
  {
    id: 'wrong-name',
    title: 'Certificate for another name',
    explains: 'The certificate was issued for old.paksa.local, not for api.paksa.local.',
  },
  {
    id: 'missing-intermediate',
    title: 'Intermediate missing',
    explains: 'The server sends its own certificate alone: clients cannot build the chain to the root.',
  },
  {
    id: 'renewal-fails',
    title: 'Renewal fails',
    explains:
      "The authority's signing key has gone, so that a renewal ends in an error and the next level is paged.",
  },
] as const;

export type Fault = (typeof FAULTS)[number]['id'];

export const isFault = (id: string): id is Fault => FAULTS.some((fault) => fault.id === id);

/** Days before the end from which the panel shows it as about to expire. */
const EXPIRING_DAYS = 14;

export function activeFaults(served: PresentedCertificate, canSign: boolean): ReadonlySet<Fault> {
  const active = new Set<Fault>();
  if (served.notAfter.getTime() <= Date.now()) active.add('expired');
  else if (served.daysLeft < EXPIRING_DAYS) active.add('expiring');
  if (!served.matchesName) active.add('wrong-name');
  if (served.chain.length === 1) active.add('missing-intermediate');
  if (!canSign) active.add('renewal-fails');
  return active;
}

/** One more fault beside those that are there; a certificate cannot be expired and about to expire at once. */
export function withFault(active: ReadonlySet<Fault>, added: Fault): ReadonlySet<Fault> {
  const excluded = added === 'expired' ? 'expiring' : added === 'expiring' ? 'expired' : undefined;
  return new Set([...active, added].filter((fault) => fault !== excluded));
}
