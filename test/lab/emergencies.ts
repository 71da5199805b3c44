/** The emergencies of a stack: Paksa works on its own tasks, as in production, and pages are written down. */
import type { Config } from '../../src/config.ts';
import { sendPage, timerDue } from '../../src/engine/escalate.ts';
import { startProcedure } from '../../src/engine/procedure.ts';
import type { Incident, PageRef } from '../../src/incident/incident.ts';
import { type Drive, driveIn } from './emergency-drive.ts';
import { type Operator, openOperator, TESTER } from './operator.ts';

export interface Emergencies {
  readonly operator: Operator;
  /** Declares it; the first level is paged. */
  declare(topic: string): Promise<Drive>;
  /** Who was paged for an incident, in order. */
  pages(incident: string): readonly PageRef[];
  close(): Promise<void>;
}

/** The first environment of the configuration is the one that the emergencies are in. */
export async function openEmergencies(config: Config, databaseUrl: string): Promise<Emergencies> {
  const operator = await openOperator(config, databaseUrl);
  const { engine } = operator;
  const { store, checkpoint, redact, working } = engine;
  const sent: { readonly incident: string; readonly page: PageRef }[] = [];
  const pager = {
    page: async ({ id }: Incident, page: PageRef) => {
      sent.push({ incident: id, page });
      return 'the lab';
    },
  };
  await engine.jobs.work({
    ...engine.handlers,
    timer: (task) => timerDue({ store, checkpoint }, task),
    page: (task) => sendPage({ store, pager, schedules: config.schedules, redact, checkpoint }, task),
    // Nobody reads a card here.
    publish: async () => undefined,
  });
  return {
    operator,
    declare: async (topic) => {
      const environment = config.environments[0].target.environment;
      const started = await startProcedure(working, { topic, environment, requestedBy: TESTER });
      if (!started.done || !started.incident)
        throw new Error(`${topic} was not declared: ${started.done ? 'no incident' : started.why}`);
      return driveIn(operator, started.incident.id);
    },
    pages: (incident) => sent.filter((each) => each.incident === incident).map(({ page }) => page),
    close: operator.close,
  };
}
