/** Who may look and ask where roles say so: let through, or told who may. Where there are none, nobody is looked up. */
import type { WebClient } from '@slack/web-api';
import { forbidden } from '../engine/apply.ts';
import type { OnCallDeps } from '../engine/on-call.ts';
import type { Estate } from '../engine/ports.ts';
import type { Incident } from '../incident/incident.ts';
import { type Actor, mayAsk, mayLook, type Permission, type Scene, sceneOf } from '../policy/permission.ts';
import { namedIn, realmIn, sceneIn } from '../policy/realm.ts';
import type { Asker, Tell } from './answer.ts';
import { actorOf, namedBy } from './authorize.ts';
import { refusalView } from './views/reply.ts';

export interface GateDeps {
  readonly client: WebClient;
  readonly onCall: OnCallDeps;
  readonly estate: Pick<Estate, 'policy' | 'ladders'>;
  readonly tell: Tell;
}

export type Gate = ReturnType<typeof createGate>;

export function createGate({ client, onCall, estate, tell }: GateDeps) {
  const through =
    (may: (scene: Scene, actor: Actor) => Permission) =>
    async (asker: Asker, environment: string, topic: string): Promise<boolean> => {
      const realm = realmIn(estate, environment);
      if (!realm.policy.roles) return true;
      const actor = await actorOf(client, onCall, asker.user, namedIn(realm));
      const permission = may(sceneIn(realm, topic), actor);
      if (!permission.allowed) await tell(asker, refusalView(forbidden(permission)));
      return permission.allowed;
    };
  return {
    /** Whoever may not is told. */
    mayLook: through(mayLook),
    mayAsk: through(mayAsk),
    visibleTo: (user: string, incidents: readonly Incident[]) => visibleTo(client, onCall, user, incidents),
  };
}

/** Those that they may look at. */
export async function visibleTo(
  client: WebClient,
  onCall: OnCallDeps,
  user: string,
  incidents: readonly Incident[],
): Promise<readonly Incident[]> {
  const held = incidents.filter(({ policy }) => policy.roles !== undefined);
  if (held.length === 0) return incidents;
  const actor = await actorOf(client, onCall, user, held.flatMap(namedBy));
  return incidents.filter((incident) => mayLook(sceneOf(incident), actor).allowed);
}
