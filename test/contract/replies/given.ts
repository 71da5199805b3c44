/** What the suites of replies begin from: Paksa's port with every kind of pager, pages that went out, and the log that says what came of them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { apply, commit } from '../../../src/engine/apply.ts';
import { pageKey } from '../../../src/engine/escalate.ts';
import { carryOutReply } from '../../../src/engine/reply.ts';
import type { Task } from '../../../src/engine/task.ts';
import { type HttpServer, startHttp } from '../../../src/http/server.ts';
import type { IncidentEvent } from '../../../src/incident/event.ts';
import { replyIntake } from '../../../src/incoming.ts';
import { createLog } from '../../../src/log.ts';
import { deliveryKey } from '../../../src/paging/held.ts';
import { redactDeep } from '../../../src/redact.ts';
import { createDeliveries } from '../../../src/store/deliveries.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createReplies } from '../../../src/store/replies.ts';
import { createStore } from '../../../src/store/store.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';
import { TWILIO } from '../../harness/paging/twilio.ts';
import { incident as sample } from '../../unit/sample-incident.ts';
import { load, MINIMAL } from '../../unit/written-config.ts';

export const SECRET = 'a-secret-of-the-reply-tests';
export const ADDRESS = 'https://paksa.example.com/behind';
export const DANA = '+4915112345678';
export const OMAR = '+4915187654321';
export const ACCOUNT = { ...TWILIO, token: SECRET };

const CONFIG = `${MINIMAL}
publicUrl: ${ADDRESS}/
people: { UDANA: { phone: "${DANA}" }, UOMAR: { phone: "${OMAR}" } }
pagers:
  duty: { kind: pagerduty, routingKeyEnv: SECRET, webhookSecretEnv: SECRET }
  silent: { kind: pagerduty, routingKeyEnv: SECRET }
  genie: { kind: opsgenie, apiKeyEnv: SECRET, webhookSecretEnv: SECRET }
  sms: { kind: twilio, accountSid: ${TWILIO.accountSid}, tokenEnv: SECRET, webhookSecretEnv: SECRET, from: "${TWILIO.from}" }
  call: { kind: twilio, by: voice, accountSid: ${TWILIO.accountSid}, tokenEnv: SECRET, webhookSecretEnv: SECRET, from: "${TWILIO.from}" }
  wall: { kind: webhook, url: "https://wall.example.com", secretEnv: SECRET }
`;

export interface Paged {
  readonly id: string;
  /** What the provider knows the page by. */
  readonly key: string;
  readonly delivery: string;
}

export type Given = ReturnType<typeof open>;

function open(pool: ReturnType<typeof openPool>) {
  const owed: Task[] = [];
  const refused: string[] = [];
  const store = createStore(pool, async (_, task) => {
    owed.push(task);
  });
  const deliveries = createDeliveries(pool, randomUUID());
  const replies = createReplies(pool, async (_, task) => {
    owed.push(task);
  });
  const deps = { store, replies, deliveries, checkpoint: () => undefined };
  const config = load(CONFIG, { SECRET });
  const log = createLog({ level: 'silent', secrets: [SECRET] });
  const intake = replyIntake(
    config,
    { topics: new Map(), redact: redactDeep, checkpoint: () => undefined, log },
    replies,
    (id) => carryOutReply(deps, id),
  );
  let count = 0;

  /** Works on all that is owed, as the queue would. */
  const work = async (): Promise<void> => {
    for (let task = owed.shift(); task !== undefined; task = owed.shift())
      if (task.task === 'reply') await carryOutReply(deps, task.reply);
  };
  return {
    pool,
    owed,
    refused,
    deps,
    intake: { ...intake, onRefused: (pager: string, why: string) => void refused.push(`${pager}: ${why}`) },
    work,
    /** An incident that a pager has taken a page of. */
    paged: async (
      pager: string,
      recipient?: string,
      of: Partial<ReturnType<typeof sample>> = {},
    ): Promise<Paged> => {
      count += 1;
      const id = `INC-${count}`;
      await store.transact((tx) => {
        const opened = { ...sample(of), id, fingerprint: id };
        const { severity, findings } = opened;
        return commit(tx, opened, { type: 'opened', severity, findings }, { actor: 'paksa' });
      });
      await apply(store, id, { type: 'escalated' }, { actor: 'UREQUESTER' });
      const page = pageKey(id, { level: 1, attempt: 1, responder: `user/${recipient ?? 'U1'}` });
      const delivery = await deliveries.hold(page, pager, async (held) => {
        await held.markBegun(recipient);
        await held.markSent(pager);
        return held.id;
      });
      return { id, key: deliveryKey(id, delivery), delivery };
    },
    incident: (id: string) => store.incident(id),
    /** What has happened since it was paged, with who did it. */
    since: async (id: string): Promise<readonly (IncidentEvent & { readonly actor: string })[]> =>
      (await store.log(id)).slice(2).map(({ happening: { at: _, ...rest } }) => rest),
    told: async (id: string): Promise<readonly (string | undefined)[]> =>
      (await deliveries.of(`page/${id}/`)).map(({ told }) => told),
  };
}

/** One port and one database for the file. */
export function givenPort(): {
  (): Given;
  readonly url: (pager: string) => string;
  readonly port: () => number;
} {
  let database: FreshDatabase;
  let given: Given;
  let server: HttpServer;
  beforeAll(async () => {
    database = await preparedDatabase();
    const pool = openPool(database.url, () => undefined);
    given = open(pool);
    server = await startHttp({
      port: 0,
      host: '127.0.0.1',
      readiness: () => ({ waitingFor: [], works: true }),
      alerts: {
        token: undefined,
        takeIn: () => Promise.reject(),
        onLeftOut: () => undefined,
        onError: () => undefined,
      },
      replies: given.intake,
      onError: (error) => {
        throw error;
      },
    });
  });
  beforeEach(() => {
    given.owed.length = 0;
    given.refused.length = 0;
  });
  afterAll(async () => {
    await server.stop();
    await given.pool.end();
    await database.drop();
  });
  return Object.assign(() => given, {
    url: (pager: string) => `http://127.0.0.1:${server.port}/pagers/${pager}`,
    port: () => server.port,
  });
}
