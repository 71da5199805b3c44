/**
 * What every pager outside Slack has in common: a page is held while it is sent and written down before it is; where
 * the outcome is unknown, the provider is asked, if it can be, before anything is sent again.
 */
import { pageKey, pageKeys } from '../engine/escalate.ts';
import type { Checkpoint, Deliveries, HeldDelivery, Pager } from '../engine/ports.ts';
import { AdapterError } from '../errors.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import type { Recipient } from '../policy/policy.ts';
import { atMost, MOST_OF_A_SERVICE } from './at-once.ts';

export interface PageRequest {
  readonly incident: Incident;
  readonly page: PageRef;
  readonly to: Recipient;
  /** What the provider knows the page by: the same whenever it is sent, and no other page's anywhere. */
  readonly key: string;
}

export interface Taken {
  /** What took it, in words. */
  readonly by: string;
  /** The provider's name for it. */
  readonly reference?: string;
}

/** When the sending was begun, and what of the provider's belongs to other pages. */
export type Begun = Pick<HeldDelivery, 'isAnothers'> & { readonly at: number };

export interface Service {
  /** `level`: it knows itself whom to call, and is paged once however many responders the level has. */
  readonly reaches: 'responder' | 'level';
  /** @throws AdapterError */
  readonly send: (request: PageRequest) => Promise<Taken>;
  /** Whether it has taken the page already. Absent where nobody can be asked. @throws AdapterError */
  readonly find?: (request: PageRequest, begun: Begun) => Promise<Taken | undefined>;
  /** Tells it that somebody has answered the page, or that the incident is resolved. @throws AdapterError */
  readonly quiet?: (key: string, incident: Incident) => Promise<void>;
  /** Asks it something that reaches nobody; resolves with what it has answered to, such as `logged in`. @throws AdapterError */
  readonly check: () => Promise<string>;
}

/** A pager whose pages can be taken back from whoever is being called. */
export interface ServicePager extends Pager, Pick<Service, 'reaches' | 'quiet' | 'check'> {}

export interface PagingDeps {
  readonly deliveries: Deliveries;
  readonly checkpoint: Checkpoint;
  /** How long a provider may take to answer, in milliseconds; ten seconds when absent. */
  readonly timeoutMs?: number;
}

export const TIMEOUT_MS = 10_000;

export const deliveryKey = (incident: string, delivery: string): string => `${incident}-${delivery}`;

/** Begins the keys of every page of a level's attempt. */
export const attemptKeys = (incident: string, { level, attempt }: PageRef): string =>
  `${pageKeys(incident)}${level}/${attempt}/`;

/** The page of a service that is paged once for a level. */
export const levelKey = (incident: string, page: PageRef): string => `${attemptKeys(incident, page)}level`;

/** Nobody is left alone for longer, whatever they ask for, in milliseconds: people wait for these pages. */
const MOST_REST_MS = 300_000;

export function createHeldPager(deps: PagingDeps, name: string, service: Service): ServicePager {
  /** By `performance.now()`: it has asked to be left alone until then, by whatever page. */
  let restsUntil = 0;
  return {
    page: atMost(MOST_OF_A_SERVICE, name, async (incident, page, to) => {
      const restMs = restsUntil - performance.now();
      if (restMs > 0) throw resting(name, restMs);
      try {
        return await deliver(deps, name, service, { incident, page, to });
      } catch (error) {
        if (error instanceof AdapterError && error.retryAfterMs !== undefined)
          restsUntil = performance.now() + Math.min(error.retryAfterMs, MOST_REST_MS);
        throw error;
      }
    }),
    reaches: service.reaches,
    check: service.check,
    ...(service.quiet ? { quiet: service.quiet } : {}),
  };
}

const resting = (name: string, restMs: number): AdapterError =>
  new AdapterError(`“${name}” has asked to be left alone for ${Math.ceil(restMs / 1000)} more seconds.`, {
    system: name,
    operation: 'page',
    fault: 'refused',
    retryable: true,
    retryAfterMs: restMs,
  });

function deliver(
  { deliveries, checkpoint }: PagingDeps,
  name: string,
  service: Service,
  { incident, page, to }: Omit<PageRequest, 'key'>,
): Promise<string> {
  const held = service.reaches === 'level' ? levelKey(incident.id, page) : pageKey(incident.id, page);
  return deliveries.hold(held, name, async (delivery) => {
    if (delivery.state === 'sent') return delivery.takenBy ?? name;
    const request = { incident, page, to, key: deliveryKey(incident.id, delivery.id) };
    const { by, reference } =
      (await found(service, request, delivery)) ?? (await sent(service, request, delivery, checkpoint));
    await delivery.markSent(by, reference);
    return by;
  });
}

async function found(service: Service, request: PageRequest, delivery: HeldDelivery) {
  const { state, begunAt, isAnothers } = delivery;
  if (state !== 'begun' || begunAt === undefined) return undefined;
  return service.find?.(request, { at: begunAt, isAnothers });
}

async function sent(
  service: Service,
  request: PageRequest,
  delivery: HeldDelivery,
  checkpoint: Checkpoint,
): Promise<Taken> {
  // Whoever is called may answer before the provider does.
  await delivery.markBegun(
    service.reaches === 'responder' && request.to.kind === 'user' ? request.to.id : undefined,
  );
  checkpoint('page-begun');
  const taken = await service.send(request).catch(async (error: unknown) => {
    if (isRefusal(error)) await delivery.markNotTaken();
    throw error;
  });
  checkpoint('page-taken');
  return taken;
}

/** The provider has said no, now or for good: nothing of it is under way. */
const isRefusal = (error: unknown): boolean =>
  error instanceof AdapterError && (!error.retryable || error.fault === 'refused');
