/** A procedure whose first step restarts, and what becomes of that fix: previewed, decided, begun, acted, verified. */
import type { IncidentEvent } from '../../src/incident/event.ts';
import type { Incident } from '../../src/incident/incident.ts';
import { at, finding, follow, MINUTE, OPENED, preview } from './sample-incident.ts';
import { RESTART, running, TELL } from './sample-procedure.ts';

export const LATER = OPENED + 3 * MINUTE;
export const paksa = (event: IncidentEvent) => at(event, LATER, 'paksa');

export const REF = { fix: 'restart', round: 1 };
export const previewed = paksa({ type: 'previewed', ...REF, preview: preview('state') });
export const approved = at({ type: 'approved', ...REF }, LATER, 'UAPPROVER');
export const begun = paksa({ type: 'started', ...REF, owner: 'replica' });
export const acted = paksa({ type: 'acted', ...REF, outcome: 'restarted 3 pods' });
export const verified = (passed: boolean) =>
  paksa({ type: 'verified', ...REF, passed, findings: [finding('expiry', 'healthy')], boundAfter: 'new' });

/** The fix is asked for. */
export const asked = running([RESTART, TELL]);
/** Its preview waits for a decision. */
export const { next: waiting } = follow(asked, previewed);

export const first = (given: Incident) => given.procedure?.steps[0];
