/** What can be asked for on an incident's card: fixes, those that the findings suggest first, and procedures to start. */
import type { Button, KnownBlock } from '@slack/types';
import {
  type Incident,
  isUndecided,
  isWorking,
  type ProposedFix,
  workInHand,
} from '../../incident/incident.ts';
import { currentStep, underway } from '../../incident/plan.ts';
import { actions, button, confirmation, context, divider } from './blocks.ts';
import { encode } from './button-value.ts';
import type { Room } from './room.ts';
import { andMore, clip, clipLines, escaped, oneLine, plural } from './text.ts';

/** A procedure of the incident's topic. */
export interface Offer {
  readonly id: string;
  readonly title: string;
  readonly emergency: boolean;
  /** How many steps it has. */
  readonly steps: number;
}

/** Nothing while a fix is under way; the reasons why some fixes cannot be used are said once. */
export function fixBlocks(incident: Incident, offers: readonly Offer[], room: Room): KnownBlock[] {
  if (incident.status === 'resolved' || workInHand(incident)) return [];
  const usable = incident.fixes.filter(
    (fix) => fix.unavailable === undefined && isFree(incident, fix) && !isOfStep(incident, fix),
  );
  const fixes = usable
    .toSorted((a, b) => Number(b.suggested) - Number(a.suggested))
    .slice(0, room.fixes)
    .map((fix) => fixButton(incident, fix));
  const starts = underway(incident)
    ? []
    : offers.slice(0, MOST_OFFERS).map((offer) => startButton(incident, offer));
  const more = usable.length > fixes.length ? ` ${andMore(usable.length - fixes.length)}` : '';
  const stepwise = starts.length > 0 ? ' *Procedures* are gone through step by step.' : '';
  // A procedure says of each of its steps why it was passed over.
  const unusable = (underway(incident) ? [] : incident.fixes).flatMap(({ title, unavailable }) =>
    unavailable === undefined ? [] : [`_${clip(oneLine(title), 150)}_: ${escaped(unavailable)}`],
  );
  const buttons = [...fixes.slice(0, MOST_BUTTONS - starts.length), ...starts];
  if (buttons.length + unusable.length === 0) return [];
  return [
    divider,
    ...(buttons.length > 0
      ? [context(`*Fixes*: each shows what it would change before anything happens.${more}${stepwise}`)]
      : []),
    ...actions(buttons),
    ...(unusable.length > 0 ? [context(clipLines(unusable, room.prose))] : []),
  ];
}

const MOST_BUTTONS = 25;
const MOST_OFFERS = 3;

const isFree = (incident: Incident, fix: ProposedFix): boolean => {
  const attempt = incident.attempts[fix.id];
  return !attempt || !(isWorking(attempt) || isUndecided(attempt));
};

/** The fix that the procedure is at is asked for by its step alone. */
const isOfStep = (incident: Incident, fix: ProposedFix): boolean => {
  const run = underway(incident);
  const step = run && currentStep(run);
  return step?.kind === 'fix' && step.fix === fix.id;
};

const fixButton = (incident: Incident, fix: ProposedFix): Button =>
  button(
    `${incident.attempts[fix.id] ? 'Again: ' : ''}${clip(fix.title, 60)}…`,
    `fix:${fix.id}`,
    encode({ incident: incident.id, part: fix.id, version: incident.attempts[fix.id]?.round ?? 0 }),
    fix.suggested ? { style: 'primary' } : {},
  );

const startButton = (incident: Incident, { id, title, emergency, steps }: Offer): Button =>
  button(
    `${emergency ? '🚨 Declare' : 'Start'}: ${clip(title, 55)}`,
    `procedure:${id}`,
    encode({ incident: incident.id, part: id, version: incident.procedure?.round ?? 0 }),
    {
      ...(emergency ? { style: 'danger' } : {}),
      confirm: confirmation(
        `${emergency ? 'Declare' : 'Start'}: ${title}?`,
        `${plural(steps, 'step')}, one after the other. Each fix among them shows what it would change, and waits for an approval.${emergency ? ' The first level is paged at once.' : ''}`,
        emergency ? 'Declare it' : 'Start',
      ),
    },
  );
