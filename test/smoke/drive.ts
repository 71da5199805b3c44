/** Drives the bot through the workspace as people do: each step waits until what it leads to can be seen. */
import type { Message } from '../../sandbox/workspace/model.ts';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import type { World } from '../harness/world.ts';

const PATIENCE_MS = 60_000;

/** The card of the only incident, as soon as it reads like this. */
export const cardReading = (
  { workspace }: World,
  words: string | RegExp,
  patienceMs = PATIENCE_MS,
): Promise<Message> =>
  workspace.waitForMessage((message) => {
    const text = workspace.readable(message);
    return isCard(message, text) && (typeof words === 'string' ? text.includes(words) : words.test(text));
  }, patienceMs);

/** Cards begin with a header; pages and the thread do not. */
const isCard = ({ threadTs, ephemeralFor }: Message, text: string): boolean =>
  threadTs === undefined &&
  ephemeralFor === undefined &&
  /INC-\d+/.test(text) &&
  text.includes('SSL certificate issues') &&
  /opened/.test(text);

/** Somebody is told alone. */
export const toldAlone = ({ workspace }: World, user: string, words: string): Promise<Message> =>
  workspace.waitForMessage(
    (message) => message.ephemeralFor === user && workspace.readable(message).includes(words),
    PATIENCE_MS,
  );

/** A page to this person, in their own conversation with the bot. */
export const pageTo = (world: World, user: string, patienceMs = PATIENCE_MS): Promise<Message> =>
  world.workspace.waitForMessage(
    (message) =>
      message.channel === `D${user.slice(1)}` && world.workspace.readable(message).includes('INC-'),
    patienceMs,
  );

/** Ana breaks the certificate and asks: resolves with the card of the incident that this opens. */
export async function brokenAndDiagnosed(world: World, fault = 'expired'): Promise<Message> {
  const { workspace, stack } = world;
  await stack.inject(fault);
  // A former incident's card may be drawn a moment later than it was resolved.
  const former = new Set(workspace.messages(CHANNELS.operations).map(({ ts }) => ts));
  await workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa diagnose ssl');
  return workspace.waitForMessage((message) => {
    const text = workspace.readable(message);
    return isCard(message, text) && text.includes('Renew the certificate…') && !former.has(message.ts);
  }, PATIENCE_MS);
}

/** Ana asks for the renewal: resolves with the card when its preview waits for a decision. */
export async function renewalRequested(world: World): Promise<Message> {
  const card = await brokenAndDiagnosed(world);
  await world.workspace.as(PEOPLE.ana).click(card, 'fix:renew');
  return world.workspace.waitForMessage(
    (message) => message.ts === card.ts && world.workspace.readable(message).includes('Approve'),
    PATIENCE_MS,
  );
}

export const texts = ({ workspace }: World, card: Message): string[] =>
  workspace.thread(card.channel, card.ts).map((message) => workspace.readable(message));
