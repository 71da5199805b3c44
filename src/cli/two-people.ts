/** What a terminal says of a fix that takes two people: alone, nobody at it can decide. */
import { type Attempt, type Incident, takesTwo } from '../incident/incident.ts';

/** Undefined where whoever is at the terminal, `actor`, can decide. */
export function waitsFor(incident: Incident, attempt: Attempt, actor: string): string | undefined {
  if (!takesTwo(incident, attempt) || (attempt.requestedBy !== actor && attempt.approvedBy !== actor))
    return undefined;
  const why = attempt.weighed?.why.join('; ');
  const others = attempt.approvedBy === undefined ? 'two others' : 'one more';
  return `High risk${why ? ` (${why})` : ''}: it takes ${others} to approve it, on the card of ${incident.id}. Waiting for them; Ctrl-C leaves it to them. Where nobody can be reached: --break-glass, and why.`;
}
