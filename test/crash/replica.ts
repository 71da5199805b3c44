/**
 * A replica that has nothing but the ladder: the real store, queue, engine, outbox and pagers, without Bolt and the estate,
 * so that it is up in a second. It dies by SIGKILL where PAKSA_CRASH says.
 */

import { z } from 'zod';
import { commit } from '../../src/engine/apply.ts';
import { decide } from '../../src/engine/decide.ts';
import type { Checkpoint, Store } from '../../src/engine/ports.ts';
import { sweep } from '../../src/engine/sweep.ts';
import { messageOf } from '../../src/errors.ts';
import { startJobs } from '../../src/jobs/jobs.ts';
import { keepSweeping } from '../../src/jobs/sweeping.ts';
import { openLadder } from '../../src/ladder.ts';
import { openPagers } from '../../src/paging/open.ts';
import { createSlackPager } from '../../src/paging/slack.ts';
import { armed, stepOf } from '../../src/policy/ladder.ts';
import { openClient } from '../../src/slack/calls.ts';
import { createOutbox } from '../../src/slack/outbox.ts';
import { createPages } from '../../src/slack/pages.ts';
import { type PublishDeps, publish } from '../../src/slack/publish.ts';
import { createAccept } from '../../src/slack/receive.ts';
import { createDeliveries } from '../../src/store/deliveries.ts';
import { createMessages } from '../../src/store/messages.ts';
import { migrate } from '../../src/store/migrate.ts';
import { installationOf, openPool } from '../../src/store/pool.ts';
import { createReceipts } from '../../src/store/receipts.ts';
import { createStore } from '../../src/store/store.ts';
import { incident as sample } from '../unit/sample-incident.ts';
import { people, policyOf, settingsOf } from './configuration.ts';
import { ANSWERER } from './plan.ts';
import { Request, Settings } from './words.ts';

const settings = Settings.parse(JSON.parse(process.env.PAKSA_CRASH ?? ''));
const SWEEP_MS = 2_500;

let passed = 0;
const checkpoint: Checkpoint = (name) => {
  if (name !== settings.death?.point) return;
  passed += 1;
  if (passed === settings.death.nth) process.kill(process.pid, 'SIGKILL');
};
const complain = (what: string) => (error: unknown) =>
  process.stderr.write(`  ${what}: ${messageOf(error)}\n`);

const pool = openPool(settings.databaseUrl, complain('the connection failed'));
await migrate(pool);
const installation = await installationOf(pool);
const jobs = await startJobs(settings.databaseUrl, {
  onError: complain('the queue failed'),
  onFailure: ({ task }, error) => complain(`the task “${task}” failed`)(error),
});
const store = createStore(pool, jobs.enqueue);
const messages = createMessages(pool);
const receipts = createReceipts(pool, jobs.enqueue);
const accept = createAccept(receipts, checkpoint);
const client = openClient(settings.slack);
const publishing: PublishDeps = {
  client,
  outbox: createOutbox({ client, messages, checkpoint, installation }),
  messages,
  store,
  topics: new Map(),
  schedules: new Map(),
  channelOf: () => undefined,
};
const deliveries = createDeliveries(pool, installation);
const ladder = openLadder({
  deliveries,
  services: openPagers(settingsOf(settings), people, { deliveries, checkpoint }),
  whenThere: (work) => work(),
  store,
  schedules: new Map(),
  slack: createSlackPager(createPages(publishing)),
  redact: (text) => text,
  checkpoint,
});
await jobs.work(
  {
    ...ladder.handlers,
    publish: ({ subject }) => publish(publishing, subject),
    receive: ({ receipt }) => answerKept(receipt),
  },
  ladder.lost,
);
const ignore = () => undefined;
keepSweeping({
  sweep: () => sweep(ladder.escalating),
  everyMs: SWEEP_MS,
  onMoved: ignore,
  onStuck: (stuck) => complain('stands still')(stuck.join(', ')),
  onError: complain('the sweep failed'),
});

/** What a click carries: the ladder's step that whoever clicked has seen. */
const Click = z.object({
  incident: z.string(),
  decision: z.discriminatedUnion('decision', [
    z.object({ decision: z.literal('acknowledge') }),
    z.object({ decision: z.literal('escalate'), step: z.number() }),
  ]),
});
type Click = z.output<typeof Click>;

async function click(ask: 'answer' | 'escalate', incident: string): Promise<Click> {
  if (ask === 'answer') return { incident, decision: { decision: 'acknowledge' } };
  const seen = await store.incident(incident);
  return { incident, decision: { decision: 'escalate', step: seen ? stepOf(seen.ladder) : 0 } };
}

/** In place of Bolt, which would read the same from a click. */
async function answerKept(receipt: string): Promise<void> {
  const kept = await receipts.open(receipt);
  if (!kept) return;
  const actor = { id: ANSWERER, groups: [] };
  const { incident, decision } = Click.parse(kept.body);
  await decide({ store, checkpoint }, incident, decision, actor, receipt);
  await receipts.close(receipt);
}

async function open(on: Store, { id, ...planned }: Extract<Request, { ask: 'open' }>['incident']) {
  await on.transact(async (tx) => {
    // Whoever was asked before has died after it was done.
    if (await tx.lock(id)) return;
    const policy = policyOf(planned);
    const ladderArmed = armed(policy.escalation, tx.now);
    const opening = sample({
      id,
      fingerprint: id,
      version: 0,
      openedAt: tx.now,
      policy,
      ladder: ladderArmed,
    });
    const { severity, findings } = opening;
    await commit(tx, opening, { type: 'opened', severity, findings }, { actor: 'paksa' });
  });
}

process.on('message', (message) => {
  const request = Request.parse(message);
  const work =
    request.ask === 'open'
      ? open(store, request.incident)
      : click(request.ask, request.incident).then((clicked) =>
          accept(request.key, { type: 'block_actions', ...clicked }),
        );
  // What failed is asked again, of another one.
  work.then(() => process.send?.({ done: request.key }), complain('could not be kept'));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
