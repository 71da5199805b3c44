/** Dialogs: which one a button opens, and what its submission asks for. */
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Decision } from '../engine/decide.ts';
import { type Incident, titleOfFix } from '../incident/incident.ts';
import type { Asker, Tell } from './answer.ts';
import { call, slackError } from './calls.ts';
import type { ButtonValue } from './views/button-value.ts';
import { DENY, denyModal } from './views/deny-modal.ts';
import { isWhy, REASON, reasonModal } from './views/reason-modal.ts';
import { sayView } from './views/reply.ts';

/** Undefined for a button that opens none. */
export function dialogOf(
  verb: string,
  incident: Incident | undefined,
  part: string,
  value: string,
): ModalView | undefined {
  const title = incident ? titleOfFix(incident, part) : part;
  if (verb === 'deny') return denyModal(title, value);
  if (!isWhy(verb)) return undefined;
  if (verb === 'glass' || verb === 'review') return reasonModal(verb, title, value);
  const run = incident?.procedure;
  const about = verb === 'stop' ? run?.title : run?.steps.find(({ id }) => id === part)?.title;
  return reasonModal(verb, about ?? part, value);
}

export const createOpenDialog =
  (viewsClient: WebClient, tell: Tell) =>
  async (view: ModalView, trigger: string, asker: Asker): Promise<void> => {
    await call('views.open', viewsClient.views.open({ trigger_id: trigger, view })).catch(
      (error: unknown) => {
        // A trigger lives three seconds: what is late is not tried again, but said.
        const reason = slackError(error) ?? 'no answer';
        return tell(asker, sayView(`Slack did not open the dialog (${reason}). Press the button again.`));
      },
    );
  };

/** `typed`: the reason, without secrets. Undefined for a dialog that is not one of these. */
export function submitted(
  callback: string,
  { part, version: round }: ButtonValue,
  typed: string,
): Decision | undefined {
  switch (callback) {
    case DENY:
      return { decision: 'deny', fix: part, round, ...(typed === '' ? {} : { reason: typed }) };
    case `${REASON}:could-not`:
      return { decision: 'fail-step', step: part, round, reason: typed };
    case `${REASON}:skip`:
      return { decision: 'skip-step', step: part, round, reason: typed };
    case `${REASON}:glass`:
      return { decision: 'approve', fix: part, round, breakGlass: typed };
    case `${REASON}:review`:
      return { decision: 'review', fix: part, round, remark: typed };
    case `${REASON}:stop`:
      return { decision: 'stop-procedure', round, reason: typed };
    default:
      return undefined;
  }
}
