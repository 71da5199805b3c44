/** Whom a pager that reaches persons calls: users with a contact in paksa.yaml. Nobody can call a channel. */
import { AdapterError } from '../errors.ts';
import type { Recipient } from '../policy/policy.ts';
import type { Contact, People } from './settings.ts';

const KIND = { user: 'user', usergroup: 'user group', channel: 'channel' } as const;

/** Their address or number. @throws AdapterError that says what to add to paksa.yaml */
export function contactOf(people: People, pager: string, to: Recipient, way: keyof Contact): string {
  const fail = (message: string) =>
    new AdapterError(message, {
      system: pager,
      operation: 'page',
      fault: 'not-configured',
      retryable: false,
    });
  if (to.kind !== 'user')
    throw fail(
      `“${pager}” reaches persons, and ${to.id} is a ${KIND[to.kind]}: name users or a schedule in that level, or another pager.`,
    );
  const contact = people.get(to.id)?.[way];
  if (contact !== undefined) return contact;
  throw fail(`There is no ${way} of ${to.id} for “${pager}”: add people.${to.id}.${way} to paksa.yaml.`);
}
