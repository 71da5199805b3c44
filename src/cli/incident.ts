/** `paksa incident` and `paksa postmortem`: what is done with one incident, in a terminal, recorded like a click in Slack. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { actOf, carryOutAct } from '../engine/acts.ts';
import { UserError } from '../errors.ts';
import { inShort } from '../incident/in-short.ts';
import type { Incident } from '../incident/incident.ts';
import type { Engine } from '../open-engine.ts';
import { wallText } from '../policy/wall-clock.ts';
import { print, shown } from './print.ts';
import { EXIT } from './usage.ts';

const INCIDENT = /^INC-\d{1,12}$/i;

/** @throws UserError when it is no incident's name */
export function incidentNamed(word: string): string {
  if (!INCIDENT.test(word)) throw new UserError(`“${word}” is no incident: write INC-12.`);
  return word.toUpperCase();
}

/** Resolves with the exit code: of one that is only shown, a problem while it is not resolved. @throws UserError when refused, and why */
export async function incident(engine: Engine, id: string, words: readonly string[]): Promise<number> {
  const act = actOf(words.join(' '));
  switch (act.act) {
    case 'unclear':
      throw new UserError(act.say);
    case 'postmortem':
      return postmortem(engine, id);
    case 'show':
      return show(await found(engine, id));
    default: {
      const actor = { id: `cli:${userInfo().username}`, groups: [] };
      const { store, checkpoint, redact } = engine;
      const lived = await carryOutAct({ store, checkpoint, redact }, act, {
        incident: id,
        actor,
        cause: randomUUID(),
        zone: zone(),
      });
      if (!lived.done) throw new UserError(lived.by === undefined ? lived.why : `${lived.why} (${lived.by})`);
      show(await found(engine, id));
      return EXIT.healthy;
    }
  }
}

/** Resolves with the exit code. @throws UserError when there is no such incident */
export async function postmortem(engine: Engine, id: string): Promise<number> {
  print(shown(await engine.postmortem(id)));
  return EXIT.healthy;
}

async function found({ store }: Engine, id: string): Promise<Incident> {
  const known = await store.incident(id);
  if (!known) throw new UserError(`There is no incident ${id}.`);
  return known;
}

const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

function show(known: Incident): number {
  const { id, title, environment, severity, openedAt, status } = known;
  const lines = [
    `${id}  ${title} (${environment}, ${severity}), open since ${wallText(zone(), openedAt)}`,
    `  ${inShort(known)}`,
    `  ${standing(known)}`,
  ];
  print(...lines.map(shown));
  return status === 'resolved' ? EXIT.healthy : EXIT.problem;
}

function standing({ status, answeredBy = 'paksa', snoozed, handedTo, mergedInto, ladder }: Incident): string {
  const at = (ms: number) => wallText(zone(), ms);
  if (mergedInto !== undefined) return `merged into ${mergedInto}: it goes on there`;
  if (status === 'resolved') return `resolved by ${answeredBy}`;
  if (snoozed) return `snoozed by ${snoozed.by} until ${at(snoozed.until)}`;
  if (status === 'acknowledged') return `acknowledged by ${answeredBy}: the ladder is stopped`;
  const next =
    ladder.nextAt === undefined ? 'nobody is left to page' : `the ladder goes on at ${at(ladder.nextAt)}`;
  if (handedTo) return `handed to ${handedTo.user} by ${handedTo.by}, not acknowledged yet; ${next}`;
  return `nobody has acknowledged it${ladder.level > 0 ? `, level ${ladder.level} was paged` : ''}; ${next}`;
}
