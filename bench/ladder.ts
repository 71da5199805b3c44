/**
 * `npm run bench:ladder`: how late pages are while many timers are pending. The real store, queue and engine on a PostgreSQL of
 * its own; only the pager is played, since how long a provider takes is not the question. With few timers and with many, in
 * one run.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { commit } from '../src/engine/apply.ts';
import { sendPage, timerDue } from '../src/engine/escalate.ts';
import { startJobs } from '../src/jobs/jobs.ts';
import { armed } from '../src/policy/ladder.ts';
import { closers } from '../src/signals.ts';
import { openDatabase } from '../src/store/embedded/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { openPool } from '../src/store/pool.ts';
import { createStore } from '../src/store/store.ts';
import { escalation, level, policy, incident as sample, user } from '../test/unit/sample-incident.ts';

const { values } = parseArgs({
  options: {
    timers: { type: 'string', default: '100000' },
    pages: { type: 'string', default: '500' },
  },
});
const TIMERS = Number(values.timers);
const PAGES = Number(values.pages);
/** The pages fall due within it, evenly. */
const WINDOW_MS = 20_000;
/** Until the first of them does: time to write them all down. */
const AHEAD_MS = 30_000;
const SIDE_BY_SIDE = 10;
const HOURS_MS = 6 * 3_600_000;

const say = (what: string) => process.stdout.write(`  ${what}\n`);
const fail = (error: Error) => {
  throw error;
};

/** Milliseconds that each page was late, the least first. */
async function measure(pending: number): Promise<readonly number[]> {
  const { opened, closeAll } = closers();
  const directory = await mkdtemp(join(tmpdir(), 'paksa-bench-'));
  opened(() => rm(directory, { recursive: true, force: true }));
  // PostgreSQL does not run as root: its user must be able to reach its files.
  await chmod(directory, 0o755);
  try {
    const database = await openDatabase({ directory });
    opened(database.close);
    const pool = openPool(database.url, fail);
    opened(() => pool.end());
    await migrate(pool);
    const jobs = await startJobs(database.url, {
      onError: fail,
      onFailure: (_, error) => say(String(error)),
    });
    opened(() => jobs.stop(5_000));
    const store = createStore(pool, jobs.enqueue);
    const open = (id: string, firstPageAfterMs: number) =>
      store.transact(async (tx) => {
        const lives = policy({ ...escalation({ levels: [level([user('U1')])] }), firstPageAfterMs });
        const ladder = armed(lives.escalation, tx.now);
        const opening = { ...sample({ id, fingerprint: id, policy: lives, ladder }), version: 0 };
        const { severity, findings } = opening;
        await commit(tx, opening, { type: 'opened', severity, findings }, { actor: 'paksa' });
        return tx.now + firstPageAfterMs;
      });

    await open('INC-0', HOURS_MS);
    await pend(database.url, pending);
    const due = new Map<string, number>();
    const late: number[] = [];
    const pager = {
      page: async ({ id }: { readonly id: string }) => {
        late.push(Date.now() - (due.get(id) ?? Number.NaN));
        return 'the bench';
      },
    };
    const deps = {
      store,
      pager,
      schedules: new Map(),
      redact: (text: string) => text,
      checkpoint: () => undefined,
    };
    await jobs.work({
      timer: (task) => timerDue(deps, task),
      page: (task) => sendPage(deps, task),
      publish: async () => undefined,
    });
    const begins = Date.now() + AHEAD_MS;
    const left = Array.from({ length: PAGES }, (_, index) => index).values();
    await Promise.all(
      Array.from({ length: SIDE_BY_SIDE }, async () => {
        for (const index of left) {
          const id = `DUE-${index}`;
          due.set(id, await open(id, Math.round(begins + (index / PAGES) * WINDOW_MS - Date.now())));
        }
      }),
    );
    if (Date.now() > begins)
      throw new Error('writing them down took longer than there was time: give it fewer pages');
    while (late.length < PAGES) {
      if (Date.now() > begins + WINDOW_MS + 60_000)
        throw new Error(`only ${late.length} of ${PAGES} pages came within a minute`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return late.sort((a, b) => a - b);
  } finally {
    await closeAll();
  }
}

/** Copies of the one incident and its timer, whatever the queue's tables look like. */
async function pend(url: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO paksa.incident
       SELECT (jsonb_populate_record(i, jsonb_build_object('id', 'INC-' || n, 'fingerprint', 'INC-' || n))).*
         FROM paksa.incident i, generate_series(1, $1::int) n WHERE i.id = 'INC-0'`,
      [count],
    );
    await client.query(
      `INSERT INTO pgboss.job
       SELECT (jsonb_populate_record(j, jsonb_build_object(
                'id', gen_random_uuid(), 'data', jsonb_set(j.data, '{incident}', to_jsonb('INC-' || n))))).*
         FROM pgboss.job j, generate_series(1, $1::int) n WHERE j.name = 'timer'`,
      [count],
    );
    const { rows } = await client.query<{ timers: number }>(
      `SELECT count(*)::int AS timers FROM pgboss.job WHERE name = 'timer' AND state = 'created'`,
    );
    say(`${rows[0]?.timers} timers pending`);
  } finally {
    await client.end();
  }
}

const at = (late: readonly number[], share: number) =>
  late[Math.floor(share * (late.length - 1))] ?? Number.NaN;
const row = (name: string, late: readonly number[]) =>
  `| ${name} | ${[0.5, 0.99, 1].map((share) => `${(at(late, share) / 1000).toFixed(2)} s`).join(' | ')} |`;

say(`${PAGES} pages due within ${WINDOW_MS / 1000} s, on ${availableParallelism()} cores`);
const few = await measure(0);
const many = await measure(TIMERS);
process.stdout.write(
  `${[
    '',
    '| timers pending | late, median | p99 | most |',
    '| ---: | ---: | ---: | ---: |',
    row('1', few),
    row(TIMERS.toLocaleString('en'), many),
    '',
    `p99 with many over p99 with few: ${(at(many, 0.99) / at(few, 0.99)).toFixed(2)}`,
  ].join('\n')}\n`,
);
process.exit(0);
