/** How paksa.yaml names people and places: by Slack's ids, a schedule by its name, everybody of an e-mail domain. */
import { z } from 'zod';
import { matching } from './fields.ts';
import { block } from './refusal.ts';

/** A schedule's name; also that of its page's key. */
export const scheduleName = matching(
  /^[a-z][a-z0-9-]{0,39}$/,
  'the name of a schedule: lower-case letters, digits and hyphens, such as primary',
);

const IDS = {
  user: matching(/^[UW][A-Z0-9]+$/, "a user's id, such as U012AB3CD (profile › ⋮ › Copy member ID)"),
  usergroup: matching(/^S[A-Z0-9]+$/, "a user group's id, such as S012AB3CD"),
  channel: matching(/^[CG][A-Z0-9]+$/, "a channel's id, such as C012AB3CD (at the bottom of its details)"),
  schedule: scheduleName,
  domain: matching(
    /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
    'the domain of e-mail addresses, in lower case, such as paksa.example.com',
  ),
};
/** How each is written, in a refusal. */
const WRITTEN = { user: 'U…', usergroup: 'S…', channel: 'C…', schedule: 'name', domain: 'name' } as const;

export const channel = IDS.channel;

/** `{ user: U… }` and its kin, one of them and no more. */
export function oneOf<Kind extends keyof typeof IDS>(...kinds: readonly Kind[]) {
  const shape = Object.fromEntries(kinds.map((kind) => [kind, IDS[kind].optional()]));
  const right = `must be one of ${kinds.map((kind) => `{ ${kind}: ${WRITTEN[kind]} }`).join(', ')}`;
  return block(shape).transform((given, context): { readonly kind: Kind; readonly id: string } => {
    const found = kinds.flatMap((kind) => {
      const id = given[kind];
      return typeof id === 'string' ? [{ kind, id }] : [];
    });
    if (found.length === 1 && found[0]) return found[0];
    context.issues.push({ code: 'custom', message: right, input: given });
    return z.NEVER;
  });
}
