/** The audit log as people ask about it in Slack: the latest entries of an incident, by somebody, or with a word. */
import type { WebClient } from '@slack/web-api';
import { forbidden } from '../engine/apply.ts';
import type { OnCallDeps } from '../engine/on-call.ts';
import { approversOf } from '../engine/override.ts';
import type { AuditLog, Estate } from '../engine/ports.ts';
import { mayReadAudit, onLadders } from '../policy/realm.ts';
import type { Asker, Tell } from './answer.ts';
import { actorOf } from './authorize.ts';
import type { AuditCommand } from './parse-audit.ts';
import { auditView, MOST_ENTRIES } from './views/audit.ts';
import { refusalView } from './views/reply.ts';

export interface AuditHandlerDeps {
  readonly client: WebClient;
  readonly log: AuditLog;
  readonly onCall: OnCallDeps;
  readonly estate: Pick<Estate, 'environments' | 'policy' | 'ladders'>;
  readonly tell: Tell;
}

export const createAuditHandler =
  ({ client, log, onCall, estate, tell }: AuditHandlerDeps) =>
  async ({ search }: AuditCommand, asker: Asker): Promise<void> => {
    const everywhere = [
      ...approversOf(estate),
      ...estate.environments.flatMap((environment) => onLadders(estate.ladders(environment))),
    ];
    const permission = mayReadAudit(everywhere, await actorOf(client, onCall, asker.user, everywhere));
    if (!permission.allowed) return tell(asker, refusalView(forbidden(permission)));
    const found = await log.latest(search, MOST_ENTRIES + 1);
    await tell(asker, auditView(found, search));
  };
