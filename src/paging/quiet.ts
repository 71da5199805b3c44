/** Acknowledges and closes, at the services that were paged, what was acknowledged or resolved here. Side by side: one that hangs delays no other. */
import { pageKeys } from '../engine/escalate.ts';
import type { Checkpoint, Deliveries, PageDelivery, Quieter, Unquieted } from '../engine/ports.ts';
import { AdapterError, messageOf } from '../errors.ts';
import type { Incident } from '../incident/incident.ts';
import { deliveryKey, type ServicePager } from './held.ts';

export interface QuietingDeps {
  readonly services: ReadonlyMap<string, ServicePager>;
  readonly deliveries: Deliveries;
  readonly redact: (text: string) => string;
  readonly checkpoint: Checkpoint;
}

export const createQuieter = ({ services, deliveries, redact, checkpoint }: QuietingDeps): Quieter => ({
  quiet: async (incident) => {
    const all = await deliveries.of(pageKeys(incident.id));
    const owed = all.filter(({ state, told }) => isThere(state) && told !== incident.status);
    const told = await Promise.allSettled(
      owed.map((delivery) => tell(services.get(delivery.pager), deliveries, checkpoint, incident, delivery)),
    );
    const failed = told.flatMap((outcome, index): (Unquieted & { error: unknown })[] => {
      const delivery = owed[index];
      if (outcome.status === 'fulfilled' || delivery === undefined) return [];
      return [{ delivery, reason: redact(messageOf(outcome.reason)), error: outcome.reason }];
    });
    const passing = failed.find(({ error }) => !(error instanceof AdapterError) || error.retryable);
    if (passing) throw passing.error;
    return failed.map(({ delivery, reason }) => ({ delivery, reason }));
  },
});

/** Begun counts: nobody knows whether it is there, and to close what is not does no harm. */
const isThere = (state: PageDelivery['state']): boolean => state === 'sent' || state === 'begun';

async function tell(
  service: ServicePager | undefined,
  deliveries: Deliveries,
  checkpoint: Checkpoint,
  incident: Incident,
  delivery: PageDelivery,
): Promise<void> {
  if (!service?.quiet) return;
  const { quiet } = service;
  const telling = async ({ id, state }: PageDelivery) => {
    if (!isThere(state)) return;
    checkpoint('quiet-begun');
    await quiet(deliveryKey(incident.id, id), incident);
    checkpoint('quiet-told');
    // What is only begun may yet arrive there after this, and has to be told again then.
    if (state === 'sent') await deliveries.markTold(id, incident.status);
    checkpoint('quiet-recorded');
  };
  // One that is on its way is waited for: what is told before it arrives is told to nobody.
  await (delivery.state === 'begun'
    ? deliveries.hold(delivery.page, delivery.pager, telling)
    : telling(delivery));
}
