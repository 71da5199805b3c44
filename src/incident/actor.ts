/** Who acted where a page was received, as the log names them: `at:PagerDuty/Dana Lee`. Slack's users have their ids, a terminal's `cli:`. */

export interface AtService {
  /** In words, such as `PagerDuty`. */
  readonly service: string;
  /** As the service names them; empty where it acted by itself. */
  readonly name: string;
}

const PREFIX = 'at:';
/** Longer names are cut: they come from outside, and stand in the log. */
const MOST_NAME = 80;

export const atService = ({ service, name }: AtService): string =>
  `${PREFIX}${service}/${name.replace(/\s+/g, ' ').trim().slice(0, MOST_NAME).toWellFormed()}`;

/** Undefined for whoever acted in Slack or in a terminal. */
export function readAtService(actor: string): AtService | undefined {
  if (!actor.startsWith(PREFIX)) return undefined;
  const slash = actor.indexOf('/');
  return slash < 0 ? undefined : { service: actor.slice(PREFIX.length, slash), name: actor.slice(slash + 1) };
}

export const isAtSameService = (one: string | undefined, other: string): boolean =>
  one !== undefined &&
  readAtService(one) !== undefined &&
  readAtService(one)?.service === readAtService(other)?.service;

/** `Dana Lee at PagerDuty`; anybody else as the log names them. */
export function actorWords(actor: string): string {
  const at = readAtService(actor);
  if (at === undefined) return actor;
  return at.name === '' ? at.service : `${at.name} at ${at.service}`;
}
