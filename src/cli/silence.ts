/** `paksa silence`, `silences` and `unsilence`: silences in a terminal. The bot announces them, once it runs. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { environmentOf, runbookOf } from '../engine/lookup.ts';
import {
  endSilence,
  makeSilence,
  type SilenceDeps,
  type Silenced,
  whatIsSilenced,
} from '../engine/silence.ts';
import { UserError } from '../errors.ts';
import { periodOf } from '../policy/moment.ts';
import { askedSilence } from '../policy/silence-words.ts';
import { wallText } from '../policy/wall-clock.ts';
import { print, shown } from './print.ts';
import { EXIT } from './usage.ts';

export interface SilenceOptions {
  /** On whose clock times are read and written. */
  readonly timeZone: string;
  readonly environment?: string | undefined;
  /** That it silences what is open is meant. */
  readonly yes: boolean;
}

const me = () => ({ id: `cli:${userInfo().username}`, groups: [] });

/** Resolves with the exit code. @throws UserError when it cannot be done, and why */
export async function silence(
  deps: SilenceDeps,
  words: readonly string[],
  { timeZone, environment: named, yes }: SilenceOptions,
): Promise<number> {
  const { topic, labels, moments, reason, unknown } = askedSilence(words.join(' '));
  if (unknown !== undefined) throw new UserError(`“${unknown}” is one word too many.`);
  if (topic === undefined && Object.keys(labels).length === 0)
    throw new UserError('Silence what? Name a topic, or “all”.');
  const now = await deps.store.transact(async (tx) => tx.now);
  const { from, to, unknown: noMoment } = periodOf(moments, timeZone, now);
  if (noMoment !== undefined)
    throw new UserError(`“${noMoment}” is no moment: write 2h, 18:00 or 2026-12-24 18:00.`);
  if (to === undefined) throw new UserError('Until when? Add “for 2h” or “until 18:00”.');
  if (reason === undefined) throw new UserError('Why? Add “because …”: whoever is not paged has to know.');
  const environment = environmentOf(deps.estate, named);
  const about = topic === undefined || topic === 'all' ? undefined : runbookOf(deps.topics, topic).topic;
  const made = await makeSilence(deps, {
    ...{ environment, topic: about, labels, from, to, reason },
    ...{ by: me(), cause: randomUUID(), sure: yes },
  });
  if (made.done || !made.unsure) return said(made, timeZone);
  print(
    'It would silence what is open, so nothing is silenced yet:',
    ...made.open.map(({ id, title, severity }) => shown(`  ${id} ${title} (${severity})`)),
    'If that is meant, give the same command with --yes.',
  );
  return EXIT.problem;
}

/** Resolves with the exit code. @throws UserError when there is none of that id, or it is over */
export const unsilence = async (deps: SilenceDeps, id: string, timeZone: string): Promise<number> =>
  said(await endSilence(deps, id, me()), timeZone);

/** What is in force and what is coming. */
export async function silences(deps: SilenceDeps, timeZone: string): Promise<number> {
  const { at, silences: made, windows } = await whatIsSilenced(deps);
  const when = (from: number, to: number) =>
    from <= at
      ? `until ${wallText(timeZone, to)}`
      : `from ${wallText(timeZone, from)} to ${wallText(timeZone, to)}`;
  const lines = [
    ...made.map(
      (each) =>
        `${each.id.padEnd(6)}${what(each)} ${when(each.from, each.to)}: ${each.reason} (${each.madeBy})`,
    ),
    ...windows.map(
      ({ window: { name, environments, topics, labels, reason }, period: { from, to } }) =>
        `      ${what({ environment: environments?.join(', ') ?? 'every environment', topic: topics?.join(', '), labels })} ${when(from, to)}: ${reason} (maintenance window ${name})`,
    ),
  ];
  print(...(lines.length === 0 ? ['Nothing is silenced, now or later.'] : lines.map(shown)));
  return EXIT.healthy;
}

interface What {
  readonly environment: string;
  readonly topic?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

function what({ environment, topic = 'every topic', labels = {} }: What): string {
  const only = Object.entries(labels).map(([label, value]) => ` ${label}=${value}`);
  return `${topic} in ${environment}${only.join('')}`;
}

function said(silenced: Silenced, timeZone: string): number {
  if (!silenced.done) throw new UserError(silenced.unsure ? 'It is not confirmed.' : silenced.why);
  const { silence: made } = silenced;
  print(
    shown(
      made.endedBy === undefined
        ? `silence ${made.id}: nobody is paged for ${what(made)} from ${wallText(timeZone, made.from)} to ${wallText(timeZone, made.to)}`
        : `silence ${made.id} of ${what(made)} has ended`,
    ),
  );
  return EXIT.healthy;
}
