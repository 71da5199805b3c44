/** The ladder as people ask about it: a look at whom it reaches, and a drill, which they confirm and answer. */
import type { WebClient } from '@slack/web-api';
import { type DrillDeps, type DrillWish, drillPlan, startDrill } from '../engine/drill.ts';
import { gotDrillPage } from '../engine/drill-pages.ts';
import { environmentOf } from '../engine/lookup.ts';
import { checkReach, type ReachDeps } from '../engine/reachability.ts';
import { leadersOf } from '../policy/realm.ts';
import type { Asker, Tell } from './answer.ts';
import { actorOf } from './authorize.ts';
import type { LadderCommand } from './parse-ladder.ts';
import { type Confirmed, decodeGot, decodePlan, drillPlanView } from './views/drill.ts';
import { DRILL, ladderCheckView } from './views/ladder-check.ts';
import { refusalView, sayView, whereView } from './views/reply.ts';

export interface LadderHandlerDeps {
  readonly client: WebClient;
  /** Opened for each look: it remembers what Slack says. */
  readonly reach: () => ReachDeps;
  readonly drilling: DrillDeps;
  readonly channelFor: (asker: Asker) => Promise<string | undefined>;
  readonly tell: Tell;
}

const GONE = 'That button is not one of mine any more: type `/paksa ladder drill`.';

export function createLadderHandlers({ client, reach, drilling, channelFor, tell }: LadderHandlerDeps) {
  /** Asks where, when there is more than one place and none was named. */
  const somewhere = (
    asker: Asker,
    verb: 'check' | 'plan',
    environment: string | undefined,
    work: () => Promise<void>,
  ): Promise<void> => {
    const { environments } = drilling.estate;
    if (environment !== undefined || environments.length < 2) return work();
    return tell(asker, whereView('Which ladder?', `${DRILL}:${verb}`, environments));
  };

  /** @throws UserError on an unknown environment */
  const check = (asker: Asker, environment?: string): Promise<void> =>
    somewhere(asker, 'check', environment, async () =>
      tell(asker, ladderCheckView(await checkReach(reach(), environment))),
    );

  /** @throws UserError on an unknown environment, or a level that there is not */
  const plan = (asker: Asker, wish: DrillWish): Promise<void> =>
    somewhere(asker, 'plan', wish.environment, async () =>
      tell(asker, drillPlanView(await drillPlan(drilling, wish))),
    );

  /** @throws UserError when there was one a while ago */
  const start = async (asker: Asker, confirmed: Confirmed, receipt: string): Promise<void> => {
    const policy = drilling.estate.policy(environmentOf(drilling.estate, confirmed.environment));
    const by = await actorOf(client, drilling, asker.user, [
      ...leadersOf(policy),
      ...policy.escalation.levels.flatMap(({ responders }) => responders),
    ]);
    const channel = await channelFor(asker);
    const drilled = await startDrill(drilling, { ...confirmed, by, cause: receipt, channel });
    if (drilled.done) return tell(asker, sayView(`${drilled.drill.id} has begun: its result fills in here.`));
    return tell(asker, 'changed' in drilled ? drillPlanView(drilled.changed, true) : refusalView(drilled));
  };

  return {
    carryOut: (command: LadderCommand, asker: Asker): Promise<void> => {
      switch (command.command) {
        case 'ladder-unknown':
          return tell(asker, sayView(command.said));
        case 'ladder-check':
          return check(asker, command.environment);
        case 'ladder-drill':
          return plan(asker, command);
      }
    },

    /** A button about ladders. @throws UserError */
    press: async (what: string | undefined, value: string, asker: Asker, receipt: string): Promise<void> => {
      if (what === 'check') return check(asker, value);
      if (what === 'plan') return plan(asker, { environment: value });
      const got = what === 'got' ? decodeGot(value) : undefined;
      if (got) {
        if (await gotDrillPage(drilling, got.drill, got.page, asker.user)) return;
        return tell(asker, sayView('Somebody has said so already. Thank you all the same.'));
      }
      const confirmed = what === 'start' ? decodePlan(value) : undefined;
      return confirmed ? start(asker, confirmed, receipt) : tell(asker, sayView(GONE));
    },
  };
}
