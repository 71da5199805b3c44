/** A page in words, within what a provider takes. */
import { inShort } from '../incident/in-short.ts';
import type { Incident, PageRef } from '../incident/incident.ts';

/** Invisible, or able to reorder what is read. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}]/gu;

/** At most `limit` UTF-16 units, which is never more of any provider's characters. Half a surrogate pair is no text. */
export function shorten(text: string, limit: number, ellipsis = '…'): string {
  const whole = text.replace(UNSEEN, '').toWellFormed();
  if (whole.length <= limit) return whole;
  const cut = whole.slice(0, limit - ellipsis.length);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}${ellipsis}`;
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** What is wrong, and where, in one line; of a drill, that nothing is. */
export const headline = (incident: Incident): string =>
  oneLine(
    incident.drill
      ? `DRILL, nothing is broken: ${incident.id} (${incident.environment})`
      : `${incident.id} ${incident.title} (${incident.environment}): ${inShort(incident)}`,
  );

/** Which level is paged, and how often it has been. */
export function levelLine({ policy }: Incident, { level, attempt }: PageRef): string {
  const name = policy.escalation.levels[level - 1]?.name ?? '';
  return oneLine(`level ${level}, ${name}${attempt > 1 ? `, page ${attempt}` : ''}`);
}

/** The problems, a line each. */
export const problemLines = ({ findings }: Incident): readonly string[] =>
  findings
    .filter(({ status }) => status === 'problem')
    .map(({ title, summary }) => oneLine(`${title}: ${summary}`));

/** What to do about a page that Slack did not bring. */
/** `replies`: where the service tells Paksa of an answer; absent where it does not. */
export function nextStep({ drill }: Incident, replies?: unknown): string {
  if (drill) return 'There is nothing to do.';
  return replies === undefined ? 'Acknowledge in Slack.' : 'Acknowledge here or in Slack.';
}
