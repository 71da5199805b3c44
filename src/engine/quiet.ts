/** Tells the services that were paged for an incident that it was answered; what cannot be told, people are. */
import { PAKSA } from '../incident/event.ts';
import { apply } from './apply.ts';
import { pageOf } from './escalate.ts';
import type { Quieter, Store } from './ports.ts';
import type { TaskOf } from './task.ts';

export interface QuietDeps {
  readonly store: Store;
  readonly quieter: Quieter;
}

/** A passing failure is thrown, for the job to come back to it; a lasting one is recorded once for each status. */
export async function quiet({ store, quieter }: QuietDeps, { incident: id }: TaskOf<'quiet'>): Promise<void> {
  const incident = await store.incident(id);
  // Open once more, it is paged again.
  if (!incident || incident.status === 'open') return;
  for (const { delivery, reason } of await quieter.quiet(incident))
    await apply(
      store,
      id,
      { type: 'quiet-failed', page: pageOf(id, delivery.page), pager: delivery.pager, reason },
      { actor: PAKSA, cause: `quiet/${delivery.id}/${incident.status}` },
    );
}
