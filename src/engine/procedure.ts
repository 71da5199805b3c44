/** Procedures: declared as an emergency, or started. What people tick goes through decide.ts, what Paksa sees through look.ts. */
import { UserError } from '../errors.ts';
import type { IncidentEvent } from '../incident/event.ts';
import { fingerprintOf, type Incident } from '../incident/incident.ts';
import type { Plan } from '../incident/plan.ts';
import { stopped } from '../policy/ladder.ts';
import type { Runbook } from '../runbook/define.ts';
import { writtenFor } from '../runbook/procedure.ts';
import type { Target } from '../runbook/target.ts';
import { type Applied, commit, type Refused, turnDown } from './apply.ts';
import { environmentOf, procedureOf, runbookOf } from './lookup.ts';
import { newIncident, proposedFixes } from './open.ts';
import type { Checkpoint, Estate, Store, Topics, Transaction } from './ports.ts';
import { triedOf } from './tried.ts';

export interface ProcedureDeps {
  readonly store: Store;
  readonly topics: Topics;
  readonly estate: Estate;
  readonly checkpoint: Checkpoint;
}

export interface ProcedureRequest {
  readonly topic: string;
  /** The topic's emergency when unset. */
  readonly procedure?: string | undefined;
  /** The default environment when unset. */
  readonly environment?: string | undefined;
  readonly requestedBy: string;
  /** Where the card of an incident that it opens will stand. */
  readonly channel?: string | undefined;
  /** The payload's id: the same request, delivered twice, starts it once. */
  readonly cause?: string | undefined;
}

/** `opened`: for this procedure. A refusal names the incident that was open, if one was. */
export type Started =
  | { readonly done: true; readonly opened: boolean; readonly incident?: Incident }
  | (Refused & { readonly incident?: Incident });

/**
 * Starts it in the open incident of that topic and environment, or opens one, without waiting for a diagnosis.
 * @throws UserError on an unknown topic, procedure or environment, with the nearest one
 */
export async function startProcedure(deps: ProcedureDeps, request: ProcedureRequest): Promise<Started> {
  const runbook = runbookOf(deps.topics, request.topic);
  const environment = environmentOf(deps.estate, request.environment);
  const plan = planOf(runbook, procedureOf(runbook, request.procedure), deps.estate.target(environment));
  const { requestedBy, channel, cause } = request;
  const begin = () =>
    deps.store.transact(async (tx): Promise<Started> => {
      const open = await tx.lockOpen(fingerprintOf(environment, runbook.topic));
      const known = open ? { incident: open } : {};
      if (cause !== undefined && (await tx.hasHappened(cause)))
        return { done: true, opened: false, ...known };
      const incident = open ?? (await opened(tx, deps.estate, runbook, plan, environment, requestedBy));
      const by = { actor: requestedBy, cause };
      const started = await start(tx, deps.estate, runbook, plan, incident, by);
      if (!started.done) return open ? { ...(await inVain(tx, open, plan, started, by)), ...known } : started;
      if (!open && channel !== undefined) await tx.reserveMessage(`incident/${incident.id}`, channel);
      return { ...started, opened: !open };
    });
  const started = await begin().catch((error: unknown) => {
    // Somebody opened one at the same moment: now there is one to join.
    if (!(error instanceof UserError)) throw error;
    return begin();
  });
  deps.checkpoint('procedure-started');
  return started;
}

export interface CardRequest {
  readonly incident: string;
  readonly procedure: string;
  /** The last round that the card showed. */
  readonly round: number;
  readonly requestedBy: string;
  readonly cause?: string | undefined;
}

/** Starts it from the incident's card. @throws UserError when the procedure or the environment is not there any more */
export const startFromCard = (deps: ProcedureDeps, request: CardRequest): Promise<Applied> =>
  deps.store.transact(async (tx) => {
    const { incident: id, procedure, round, requestedBy: actor, cause } = request;
    const incident = await tx.lock(id);
    if (!incident) return { done: false, why: `There is no incident ${id}.` };
    if (cause !== undefined && (await tx.hasHappened(cause))) return { done: true, incident };
    const runbook = runbookOf(deps.topics, incident.topic);
    const target = deps.estate.target(incident.environment);
    const plan = planOf(runbook, procedureOf(runbook, procedure), target);
    const started = await start(tx, deps.estate, runbook, plan, incident, { actor, cause, round });
    return started.done ? started : inVain(tx, incident, plan, started, { actor, cause });
  });

/** Written down in the incident in which it was to be. */
const inVain = (
  tx: Transaction,
  incident: Incident,
  { title }: Plan,
  refused: Refused,
  by: { readonly actor: string; readonly cause?: string | undefined },
): Promise<Refused> =>
  turnDown(tx, incident, refused, { ...by, tried: triedOf({ decision: 'start-procedure', title }) });

const planOf = (runbook: Runbook, id: string, target: Target): Plan => {
  const { title = id, steps = {} } = runbook.procedures?.[id] ?? {};
  return {
    id,
    title,
    emergency: runbook.emergency === id,
    steps: Object.entries(steps).map(([name, step]) => ({ ...writtenFor(step, target), id: name })),
  };
};

function start(
  tx: Transaction,
  estate: Estate,
  runbook: Runbook,
  plan: Plan,
  incident: Incident,
  by: { readonly actor: string; readonly cause?: string | undefined; readonly round?: number },
): Promise<Applied> {
  const { actor, cause, round } = by;
  const fixes = proposedFixes(runbook, estate.target(incident.environment), incident.findings);
  const event: IncidentEvent = {
    type: 'procedure-started',
    plan,
    fixes,
    ...(round === undefined ? {} : { round }),
  };
  return commit(tx, incident, event, { actor, cause });
}

/** An incident for it. Whoever starts a procedure that is no emergency is at it: nobody has to be called. */
async function opened(
  tx: Transaction,
  estate: Estate,
  runbook: Runbook,
  plan: Plan,
  environment: string,
  openedBy: string,
): Promise<Incident> {
  const opening = { runbook, environment, openedBy, findings: [], fixes: [] };
  if (plan.emergency) return newIncident(tx, estate, { ...opening, severity: 'critical' });
  const incident = await newIncident(tx, estate, { ...opening, severity: 'warning' });
  return { ...incident, status: 'acknowledged', answeredBy: openedBy, ladder: stopped(incident.ladder) };
}
