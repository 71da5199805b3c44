/** Drives the bot through the workspace as people do: each step waits until what it leads to can be seen. */
import type { Message } from '../../sandbox/workspace/model.ts';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import type { World } from '../harness/world.ts';

const PATIENCE_MS = 20_000;

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

/** Ana breaks the certificate and asks: resolves with the incident's card. */
export async function brokenAndDiagnosed(world: World, fault = 'expired'): Promise<Message> {
  await world.stack.inject(fault);
  await world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa diagnose ssl');
  return cardReading(world, 'Renew the certificate…');
}

/** Ana asks for the renewal: resolves with the card when its preview waits for a decision. */
export async function renewalRequested(world: World): Promise<Message> {
  const card = await brokenAndDiagnosed(world);
  await world.workspace.as(PEOPLE.ana).click(card, 'fix:renew');
  return cardReading(world, 'Approve');
}

export const texts = ({ workspace }: World, card: Message): string[] =>
  workspace.thread(card.channel, card.ts).map((message) => workspace.readable(message));
