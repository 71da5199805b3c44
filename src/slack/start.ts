/** Starts procedures as they are asked for: typed, from a list, or from an incident's card; and says where to look then. */
import type { WebClient } from '@slack/web-api';
import { environmentOf } from '../engine/lookup.ts';
import type { Messages } from '../engine/ports.ts';
import { type ProcedureDeps, startFromCard, startProcedure } from '../engine/procedure.ts';
import type { Asker, Tell } from './answer.ts';
import type { Gate } from './gate.ts';
import { permalink } from './publish.ts';
import type { ButtonValue, Start } from './views/button-value.ts';
import { whereView } from './views/emergencies.ts';
import { refusalView, underwayView } from './views/reply.ts';

export interface StartDeps {
  readonly client: WebClient;
  readonly messages: Messages;
  readonly procedures: ProcedureDeps;
  readonly gate: Gate;
  readonly tell: Tell;
  readonly channelFor: (asker: Asker) => Promise<string | undefined>;
}

export function createStarter({ client, messages, procedures, gate, tell, channelFor }: StartDeps) {
  return {
    /** @throws UserError on an unknown topic, procedure or environment */
    start: async (start: Start, asker: Asker, receipt: string): Promise<void> => {
      const { environments } = procedures.estate;
      if (start.environment === undefined && environments.length > 1)
        return tell(asker, whereView(start, environments));
      if (!(await gate.mayAsk(asker, environmentOf(procedures.estate, start.environment), start.topic)))
        return;
      const channel = await channelFor(asker);
      const request = { ...start, requestedBy: asker.user, channel, cause: receipt };
      const started = await startProcedure(procedures, request);
      // What it opened is seen where it was asked for.
      if (started.done && started.opened) return;
      const { incident } = started;
      const card = incident && (await messages.find(`incident/${incident.id}`));
      const cardAt = card && (await permalink(client, card));
      if (!started.done) return tell(asker, refusalView(started, cardAt));
      if (incident) await tell(asker, underwayView(incident, cardAt));
    },

    /** @throws UserError when the procedure is not there any more */
    fromCard: async (button: ButtonValue, asker: Asker, receipt: string): Promise<void> => {
      const incident = await procedures.store.incident(button.incident);
      if (incident && !(await gate.mayAsk(asker, incident.environment, incident.topic))) return;
      const applied = await startFromCard(procedures, {
        incident: button.incident,
        procedure: button.part,
        round: button.version,
        requestedBy: asker.user,
        cause: receipt,
      });
      if (!applied.done) await tell(asker, refusalView(applied));
    },
  };
}
