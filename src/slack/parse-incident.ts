/** What somebody typed about one incident: `incident INC-12 snooze 1h`, `note INC-12 …`, or, in its thread, `note …` alone. */
import { type Act, actOf, VERBS } from '../engine/acts.ts';

export type IncidentCommand = {
  readonly command: 'incident';
  /** The one in whose thread it was said, when absent. */
  readonly incident?: string;
  readonly act: Act;
};

const INCIDENT = /^INC-\d{1,12}$/i;
const MOST_TEXT = 4_000;

/** Undefined when it is about none. */
export function parseIncident(text: string): IncidentCommand | undefined {
  const said = text.trim().slice(0, MOST_TEXT).toWellFormed();
  const [first = '', second = '', ...others] = said.split(/\s+/);
  const word = first.toLowerCase();
  if (INCIDENT.test(first)) return about(first, after(said, 1));
  if (word === 'incident')
    return INCIDENT.test(second)
      ? about(second, after(said, 2))
      : {
          command: 'incident',
          act: {
            act: 'unclear',
            say: 'Which incident? Write “incident INC-12”: “status” lists those that are open.',
          },
        };
  if (!VERBS.some((verb) => verb === word)) return undefined;
  if (INCIDENT.test(second) && !(word === 'merge' && others.length === 0))
    return about(second, `${word} ${after(said, 2)}`);
  return { command: 'incident', act: actOf(said) };
}

const about = (incident: string, said: string): IncidentCommand => ({
  command: 'incident',
  incident: incident.toUpperCase(),
  act: actOf(said),
});

/** The text after so many words, as it was typed. */
const after = (text: string, words: number): string =>
  text.replace(new RegExp(`^(?:\\S+(?:\\s+|$)){${words}}`), '');
