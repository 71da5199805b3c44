/**
 * The faults that only age makes: queries, transactions and queues older than the guide's five minutes, and connections
 * used up by transactions that do nothing. The sessions are begun first; then the file waits, and asks the server how old
 * they are.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/incident/incident.ts';
import { closers } from '../../src/signals.ts';
import { preparedDatabase } from '../harness/database.ts';
import { type ComposeStack, startComposeStack } from './compose-stack.ts';
import { composeEnvironment, configurationOf } from './configuration.ts';
import {
  alive,
  type Begun,
  begin,
  ENDLESS,
  forgotten,
  makeSmall,
  takeAllConnections,
  untilOld,
} from './faults/of-minutes.ts';
import { rows, sql } from './faults/sql.ts';
import { canRunLab, LAB_MS, runningLab, STACK_MS } from './for-tests.ts';
import { type Operator, openOperator } from './operator.ts';

const AGING_MS = 450_000;
const SOON = { timeout: 60_000, interval: 1_000 };
/** Of the crowded server: for clients, and kept back for superusers, of whom Paksa is one here. */
const USABLE = 20;
const RESERVED = 10;
const FORGOTTEN = 12;

const pidsOf = (begun: readonly Begun[]) => begun.map(({ pid }) => pid).sort((a, b) => a - b);
/** Those that a preview names. */
const named = ({ preview }: Attempt) =>
  [...(preview?.summary ?? '').matchAll(/\d+(?=,|$)/g)].map(([pid]) => Number(pid)).sort((a, b) => a - b);

describe.runIf(canRunLab())('sessions older than five minutes', () => {
  let stack: ComposeStack;
  let crowded: ComposeStack;
  let paksa: Operator;
  const { opened, closeAll } = closers();
  const all: Begun[] = [];
  const beginAt = async (databaseUrl: string, ...what: Parameters<typeof begin>[1][]) => {
    const begun: Begun[] = [];
    for (const each of what) begun.push(await begin(databaseUrl, each));
    all.push(...begun);
    return begun;
  };

  let queries: readonly Begun[];
  let holders: readonly Begun[];
  let waiters: readonly Begun[];
  let idlers: readonly Begun[];
  let own: readonly Begun[];
  let crowd: readonly Begun[];
  let clientUrl: string;

  beforeAll(async () => {
    const lab = await runningLab();
    const start = async (name: string) => {
      const started = await startComposeStack(lab, name);
      opened(started.stop);
      return started;
    };
    [stack, crowded] = await Promise.all([start('minutes'), start('minutes-crowded')]);
    clientUrl = await makeSmall(crowded, USABLE, RESERVED);
    crowd = await beginAt(clientUrl, ...Array(FORGOTTEN).fill(forgotten('SELECT 1 FROM customers LIMIT 1')));

    queries = await beginAt(stack.databaseUrl, ENDLESS);
    idlers = await beginAt(stack.databaseUrl, forgotten('SELECT 1 FROM tenants LIMIT 1'));
    holders = await beginAt(stack.databaseUrl, forgotten('LOCK TABLE invoices IN ACCESS EXCLUSIVE MODE'));
    const count = { ...ENDLESS, last: 'SELECT count(*)::int AS n FROM invoices' };
    waiters = await beginAt(stack.databaseUrl, count, count);
    // Another replica of Paksa, which builds an index, say.
    own = await beginAt(stack.databaseUrl, { ...ENDLESS, application: 'paksa' });

    const database = await preparedDatabase();
    opened(database.drop);
    const config = configurationOf({
      lab: composeEnvironment(stack),
      crowded: {
        environment: {
          postgres: { urlEnv: 'CROWDED_DATABASE_URL' },
          docker: { socketPath: lab.docker.socketPath, project: crowded.project },
        },
        variables: { CROWDED_DATABASE_URL: crowded.databaseUrl },
      },
    });
    paksa = await openOperator(config, database.url);
    opened(paksa.close);
  }, LAB_MS);
  afterAll(async () => {
    await Promise.all(all.map((begun) => begun.release()));
    await closeAll();
  }, STACK_MS);

  const look = async (topic: string, environment: string) => {
    const { findings, incident } = await paksa.diagnose(topic, environment);
    return {
      incident: incident ?? '',
      suggested: new Set(findings.flatMap(({ suggests }) => suggests)),
      finding: (check: string) => findings.find((each) => each.check === check),
    };
  };
  /** Approves, runs and looks again. */
  const carryOut = async (incident: string, attempt: Attempt) =>
    paksa.verify(incident, await paksa.carryOut(incident, attempt));

  it('are let be while they are younger', async () => {
    // Shorter waits are how locks work.
    await expect
      .poll(async () => (await look('slow-queries', 'lab')).finding('locks')?.status, SOON)
      .toBe('problem');
    const { suggested, incident, finding } = await look('slow-queries', 'lab');
    expect(finding('idle-in-transaction')).toMatchObject({ status: 'healthy' });
    expect(suggested).not.toContain('terminate-queries');
    expect(suggested).not.toContain('end-idle-transactions');
    await expect(paksa.preview(incident, 'terminate-queries')).rejects.toThrow('there is none to end');
    await expect(paksa.preview(incident, 'end-idle-transactions')).rejects.toThrow('there is none to end');
  });

  it('grow older', { timeout: AGING_MS }, async () => {
    // Nobody needs these meanwhile, and looking after their health would take time from other tests.
    const aside = ['redis', 'backend', 'nginx'] as const;
    await Promise.all([stack, crowded].map(({ compose }) => compose('pause', ...aside)));
    await Promise.all([
      untilOld(stack, [...queries, ...idlers, ...holders, ...waiters, ...own]),
      untilOld(crowded, crowd),
    ]);
    await Promise.all([stack, crowded].map(({ compose }) => compose('unpause', ...aside)));
    await Promise.all([stack, crowded].map(({ untilHealthy }) => untilHealthy('redis', 'backend')));
  });

  it('are ended where they work or keep others waiting, those alone', async () => {
    const young = await beginAt(
      stack.databaseUrl,
      ENDLESS,
      forgotten('LOCK TABLE customers IN ACCESS EXCLUSIVE MODE'),
    );
    const { suggested, incident, finding } = await look('slow-queries', 'lab');
    for (const check of ['active', 'locks'])
      expect(finding(check)).toMatchObject({
        status: 'problem',
        severity: 'critical',
        suggests: ['terminate-queries'],
      });
    expect(suggested).toContain('terminate-queries');

    const previewed = await paksa.preview(incident, 'terminate-queries');
    expect(named(previewed)).toEqual(pidsOf([...queries, ...holders]));
    expect(previewed.preview?.notes.join('\n')).toContain('SELECT pg_sleep');
    const ended = await carryOut(incident, previewed);
    expect(ended).toMatchObject({ stage: 'succeeded', outcome: '2 of 2 sessions ended' });

    expect(await alive(stack, [...queries, ...holders])).toEqual([]);
    expect(await alive(stack, [...young, ...idlers, ...own])).toEqual(pidsOf([...young, ...idlers, ...own]));
    // Those who waited have what they asked for.
    for (const { outcome } of waiters) expect(await outcome).toEqual([{ n: 8000 }]);
  });

  it('are ended where they have been forgotten, those alone', async () => {
    const young = await beginAt(stack.databaseUrl, forgotten('SELECT 1 FROM tenants LIMIT 1'));
    const { incident, finding } = await look('slow-queries', 'lab');
    expect(finding('idle-in-transaction')).toMatchObject({
      status: 'problem',
      summary: expect.stringContaining(`pid ${idlers[0]?.pid} `),
      suggests: ['end-idle-transactions'],
    });
    const previewed = await paksa.preview(incident, 'end-idle-transactions');
    expect(named(previewed)).toEqual(pidsOf(idlers));
    expect(await carryOut(incident, previewed)).toMatchObject({
      stage: 'succeeded',
      outcome: '1 of 1 session ended',
    });
    expect(await alive(stack, idlers)).toEqual([]);
    expect(await alive(stack, [...young, ...own])).toEqual(pidsOf([...young, ...own]));
  });

  it('leave a database that reads and writes', async () => {
    await sql(stack, 'UPDATE invoices SET notes = NULL WHERE id = 1');
    expect((await fetch(`${stack.nginxUrl}/api/v1/invoices?tenant_id=3`)).status).toBe(200);
    expect((await fetch(`${stack.nginxUrl}/health`)).status).toBe(200);
  });

  it('are ended where they use connections up, those alone', async () => {
    const young = await takeAllConnections(clientUrl);
    all.push(...young);
    const { incident, finding } = await look('connection-refused', 'crowded');
    expect(finding('connections')).toMatchObject({
      status: 'problem',
      severity: 'critical',
      suggests: expect.arrayContaining(['free-connections']),
    });
    const previewed = await paksa.preview(incident, 'free-connections');
    expect(named(previewed)).toEqual(pidsOf(crowd));
    const [connections] = previewed.preview?.changes ?? [];
    const [before, after] = [connections?.before, connections?.after].map((text) =>
      Number.parseInt(text ?? '', 10),
    );
    expect(before).toBeGreaterThanOrEqual(USABLE);
    expect(after).toBe((before ?? 0) - FORGOTTEN);

    expect(await carryOut(incident, previewed)).toMatchObject({
      stage: 'succeeded',
      outcome: `${FORGOTTEN} of ${FORGOTTEN} sessions ended`,
    });
    expect(await alive(crowded, crowd)).toEqual([]);
    expect(await alive(crowded, young)).toEqual(pidsOf(young));
    // Who was refused a moment ago is let in.
    expect(await rows({ databaseUrl: clientUrl }, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await fetch(`${crowded.nginxUrl}/health`)).status).toBe(200);
  });
});
