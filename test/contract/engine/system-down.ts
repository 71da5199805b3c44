/** A topic with an emergency and a drill, on the real store: what its checks see, and the work that is sent. */
import { beforeEach } from 'vitest';
import type { Environment } from '../../../src/config/environments.ts';
import type { LookDeps } from '../../../src/engine/look.ts';
import { type Started, startProcedure } from '../../../src/engine/procedure.ts';
import type { Task } from '../../../src/engine/task.ts';
import { createEstate } from '../../../src/estate.ts';
import type { Incident } from '../../../src/incident/incident.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog, defineRunbook, type Runbook } from '../../../src/runbook/define.ts';
import { healthy, type Verdict } from '../../../src/runbook/finding.ts';
import { look, person } from '../../../src/runbook/procedure.ts';
import { createStore } from '../../../src/store/store.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { incident as sample } from '../../unit/sample-incident.ts';

const described = (see: () => Verdict): Runbook =>
  defineRunbook({
    topic: 'system-down',
    title: 'System down',
    symptoms: [],
    checks: {
      services: check('Services', async () => see()),
      cluster: check('Cluster', async () => see(), { skip: () => 'no cluster configured' }),
    },
    fixes: {},
    emergency: 'down',
    procedures: {
      down: {
        title: 'The system is down',
        steps: {
          survey: look('Look', ['services', 'cluster']),
          tell: person('Tell people', ['Call the desk']),
        },
      },
      drill: { title: 'A drill', steps: { tell: person('Tell people', ['Call the desk']) } },
    },
  });

/** Call it at the top of a test file. No incident is open when a test begins. */
export function systemDown() {
  const pool = paksaTables();
  let verdict: Verdict;
  let sent: Task[];
  beforeEach(async () => {
    verdict = healthy('all 3 answer with hunter2');
    sent = [];
    await pool().query(
      `UPDATE paksa.incident SET status = 'resolved', state = state || '{"status": "resolved"}'`,
    );
  });
  const runbook = described(() => verdict);
  const topics = catalog([runbook]);
  const estate = createEstate([named('production'), named('lab')]);

  const deps = (of: Partial<LookDeps> = {}): LookDeps => ({
    store: createStore(pool(), async (_, task) => {
      sent.push(task);
    }),
    topics,
    estate,
    // Stands for the one that knows the configuration's secrets.
    redact: (value) => JSON.parse(JSON.stringify(value).replaceAll('hunter2', '***')),
    checkpoint: () => undefined,
    ...of,
  });
  return {
    pool,
    deps,
    /** What its checks see from now on. */
    sees: (seen: Verdict) => {
      verdict = seen;
    },
    sent: (): readonly Task[] => sent,
    /** The same topic after an edit that took its procedures away. */
    edited: (checks: Runbook['checks'] = runbook.checks): Runbook => {
      const { emergency: _, ...rest } = runbook;
      return defineRunbook({ ...rest, checks, procedures: {} });
    },
    declare: (requestedBy: string, cause?: string) =>
      startProcedure(deps(), { topic: 'system-down', requestedBy, cause, channel: 'C1' }),
    drill: () => startProcedure(deps(), { topic: 'system-down', procedure: 'drill', requestedBy: 'UANA' }),
    present: async (id: string): Promise<Incident> => {
      const now = await deps().store.incident(id);
      if (!now) throw new Error(`there is no ${id}`);
      return now;
    },
    countOf: async (type: string, incident: string) =>
      (await deps().store.log(incident)).filter(({ happening }) => happening.type === type).length,
  };
}

export const named = (environment: string): Environment => ({
  target: { environment },
  credentials: {},
  policy: sample().policy,
  ladders: { default: sample().policy.escalation, named: new Map(), rules: [] },
});

export const idOf = (started: Started): string => {
  if (!started.incident) throw new Error('no incident');
  return started.incident.id;
};
