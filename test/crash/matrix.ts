/**
 * The crash matrix: ladders climb through every pager while replicas die, each at its planned step, and others take over.
 * When the last one has died, what is left is waited for, and every page is counted where it arrived.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { migrate } from '../../src/store/migrate.ts';
import { openPool } from '../../src/store/pool.ts';
import { createRandom } from '../simulation/random.ts';
import { judge, type Verdict } from './judge.ts';
import { type PlannedIncident, POINTS, type Point, plannedDeath, plannedIncident } from './plan.ts';
import { startProviders } from './providers.ts';
import { createReplicas } from './replicas.ts';

export interface MatrixOptions {
  readonly databaseUrl: string;
  readonly seed: number;
  readonly deaths: number;
  /** Replicas that are to die, side by side; one more lives on, as in any deployment. */
  readonly mortal: number;
  /** Incidents that are open at a time. */
  readonly open: number;
  /** Where compiled code is kept from one process to the next. */
  readonly cache: string;
  readonly say: (what: string) => void;
}

export interface Matrix extends Verdict {
  /** By point. */
  readonly deaths: ReadonlyMap<Point, number>;
  readonly incidents: number;
  readonly wholeMs: number;
}

/** A step that is not come by for so long is not waited for: the process is killed wherever it is. */
const PATIENCE_MS = 30_000;
const SETTLE_MS = 180_000;

export async function crashMatrix(options: MatrixOptions): Promise<Matrix> {
  const { databaseUrl, seed, say } = options;
  const began = performance.now();
  const pool = openPool(databaseUrl, (error) => say(error.message));
  await migrate(pool);
  const providers = await startProviders();
  const replicas = createReplicas({ databaseUrl, ...providers.settings }, createRandom(seed), options.cache);
  try {
    const survivor = replicas.start();
    if (!(await survivor.ready)) throw new Error('a replica ended before it was ready');
    const deaths = new Map<Point, number>(POINTS.map((point) => [point, 0]));
    const incidents: PlannedIncident[] = [];
    const answered = new Set<string>();
    const dying = die(options, replicas, deaths);
    let isOver = false;
    const climbing = Promise.all(
      Array.from({ length: options.open }, async () => {
        while (!isOver) {
          const incident = plannedIncident(seed, incidents.length);
          incidents.push(incident);
          await live(incident, replicas, pool, answered);
        }
      }),
    );
    await Promise.race([dying, climbing, survivor.exited.then(() => undefined)]);
    await dying;
    isOver = true;
    await climbing;
    await settled(pool);
    const verdict = await judge({ pool, incidents, answered, providers });
    return { ...verdict, deaths, incidents: incidents.length, wholeMs: performance.now() - began };
  } finally {
    await replicas.stop();
    await providers.stop();
    await pool.end();
  }
}

/** One death after the other, in each of the mortal replicas. */
async function die(
  { seed, deaths: most, mortal, say }: MatrixOptions,
  replicas: ReturnType<typeof createReplicas>,
  deaths: Map<Point, number>,
): Promise<void> {
  const left = Array.from({ length: most }, (_, index) => plannedDeath(seed, index)).values();
  let done = 0;
  await Promise.all(
    Array.from({ length: mortal }, async () => {
      for (const death of left) {
        const replica = replicas.start(death);
        let point: Point = death.point;
        const over = new AbortController();
        if (await replica.ready) {
          const afterMs = point === 'anywhere' ? death.afterMs : PATIENCE_MS;
          pause(afterMs, undefined, { signal: over.signal }).then(
            () => {
              point = 'anywhere';
              replica.kill();
            },
            () => undefined,
          );
        }
        const { code, signal } = await replica.exited;
        over.abort();
        if (signal !== 'SIGKILL') throw new Error(`a replica ended by itself, with ${code ?? signal}`);
        deaths.set(point, (deaths.get(point) ?? 0) + 1);
        done += 1;
        if (done % 50 === 0) say(`${done} of ${most} have died`);
      }
    }),
  );
}

/** It is opened, somebody answers it, asks for more people, or does not, and it is over when its ladder rests. */
async function live(
  incident: PlannedIncident,
  replicas: ReturnType<typeof createReplicas>,
  pool: pg.Pool,
  answered: Set<string>,
): Promise<void> {
  await replicas.ask({ ask: 'open', incident });
  if (incident.escalatedAfterMs !== undefined) {
    await pause(incident.escalatedAfterMs);
    await replicas.ask({ ask: 'escalate', incident: incident.id });
  }
  if (incident.answeredAfterMs !== undefined) {
    await pause(incident.answeredAfterMs);
    await replicas.ask({ ask: 'answer', incident: incident.id });
    answered.add(incident.id);
  }
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const { rowCount } = await pool.query(
      `SELECT 1 FROM paksa.incident WHERE id = $1
         AND (status <> 'open' OR state -> 'ladder' ->> 'state' = 'exhausted')`,
      [incident.id],
    );
    if (rowCount === 1) return;
    // It stands still: the verdict says so.
    if (performance.now() > until) return;
    await pause(500);
  }
}

/** Nothing is at work, and nothing could be. */
async function settled(pool: pg.Pool): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  while (performance.now() < until) {
    const { rowCount } = await pool.query(
      `SELECT 1 FROM pgboss.job WHERE state IN ('created', 'retry', 'active') LIMIT 1`,
    );
    if (rowCount === 0) return;
    await pause(200);
  }
}
