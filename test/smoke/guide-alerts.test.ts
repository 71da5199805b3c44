/**
 * The guide's two alerts, Monitoring and Alerting › Setting Up Alerts, as Alertmanager sends them of its rules as they are written:
 * no route is configured, and no label says how grave they are. Each looks at what is really broken.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { CHANNELS } from '../../sandbox/workspace/people.ts';
import { POSTGRES, type PostgresServer, startPostgres } from '../harness/postgres-server.ts';
import { requirePrograms } from '../harness/programs.ts';
import { createWorld, type World } from '../harness/world.ts';
import { send, TOKEN } from './alert-sender.ts';
import { texts } from './drive.ts';

/** Of thirty that the server admits, three are kept for superusers. */
const USABLE = 27;
/** Beside Paksa's own, most of them. */
const TAKEN = 22;

let world: World;
let port: number;
let database: PostgresServer;
let health = 200;
const balancer = createServer((_, response) => response.writeHead(health).end());

describe.runIf(requirePrograms(POSTGRES))('the guide’s alert', () => {
  beforeAll(async () => {
    balancer.listen(0, '127.0.0.1');
    await once(balancer, 'listening');
    const address = balancer.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    database = await startPostgres({ settings: { max_connections: '30' } });
    const configure = (yaml: string): string => {
      const config = parse(yaml);
      return stringify({
        ...config,
        environments: {
          sandbox: {
            ...config.environments.sandbox,
            api: { url: `http://127.0.0.1:${address.port}` },
            postgres: { urlEnv: 'SANDBOX_DATABASE_URL' },
          },
        },
        alerts: { tokenEnv: 'ALERTS_TOKEN' },
      });
    };
    const variables = { ALERTS_TOKEN: TOKEN, SANDBOX_DATABASE_URL: database.url() };
    world = await createWorld({ configure, variables });
    ({ port } = await world.startBot());
  });
  afterAll(async () => {
    await world.close();
    await database[Symbol.asyncDispose]();
    balancer.close();
    balancer.closeAllConnections();
  });

  const cardOf = (title: string, words: RegExp) =>
    world.workspace.waitForMessage((message) => {
      const text = world.workspace.readable(message);
      const isCard = message.threadTs === undefined && /^[^\n]*INC-\d+/.test(text) && text.includes(title);
      return isCard && words.test(text);
    }, 60_000);

  test('HighErrorRate looks at the load balancer, opens an incident with what is wrong, and ends it', async () => {
    health = 502;
    expect(await send(port, 'alertmanager', notice('HighErrorRate', 'firing'))).toMatchObject({
      status: 200,
      said: { alerts: 1, unrouted: 0 },
    });
    const card = await cardOf('Load balancer errors', /answers 502: the servers behind it do not answer/);
    const reads = world.workspace.readable(card);
    expect(card.channel).toBe(CHANNELS.incidents);
    expect(reads).toMatch(/HighErrorRate[\s\S]*High error rate detected/);
    expect(reads).toContain('Nobody has acknowledged yet');

    health = 200;
    expect(await send(port, 'alertmanager', notice('HighErrorRate', 'resolved'))).toMatchObject({
      status: 200,
    });
    await cardOf('Load balancer errors', /Resolved.*by Alertmanager/);
    await expect
      .poll(() => texts(world, card).join('\n'))
      .toMatch(
        /Opened by Alertmanager[\s\S]*Looked: \d problem[\s\S]*no alert fires any more[\s\S]*healthy: [\s\S]*Resolved\./,
      );
  });

  test('DatabaseConnectionHigh looks at the database, opens an incident with what is wrong, and ends it', async () => {
    const sessions = Array.from({ length: TAKEN }, () => new pg.Client({ connectionString: database.url() }));
    onTestFinished(() => Promise.all(sessions.map((session) => session.end())).then(() => undefined));
    await Promise.all(sessions.map((session) => session.connect()));
    expect(await send(port, 'alertmanager', notice('DatabaseConnectionHigh', 'firing'))).toMatchObject({
      status: 200,
      said: { alerts: 1, unrouted: 0 },
    });
    const card = await cardOf(
      'Connection refused by the database',
      new RegExp(`2\\d of ${USABLE} connections are taken`),
    );
    const reads = world.workspace.readable(card);
    expect(card.channel).toBe(CHANNELS.incidents);
    expect(reads).toMatch(/DatabaseConnectionHigh[\s\S]*High database connection count/);
    expect(reads).toMatch(/Connections of the database/);

    await Promise.all(sessions.map((session) => session.end()));
    expect(await send(port, 'alertmanager', notice('DatabaseConnectionHigh', 'resolved'))).toMatchObject({
      status: 200,
    });
    await cardOf('Connection refused by the database', /Resolved.*by Alertmanager/);
  });
});

/** What Prometheus puts on the series that each of the guide's expressions selects, beside the rule's name. */
const GUIDE = {
  HighErrorRate: {
    labels: { instance: 'backend:8000', job: 'paksa-backend', method: 'POST', status: '500' },
    summary: 'High error rate detected',
  },
  DatabaseConnectionHigh: {
    labels: { datname: 'paksa_db', instance: 'postgres-exporter:9187', job: 'postgres' },
    summary: 'High database connection count',
  },
} as const;

/** Version 4 of https://prometheus.io/docs/alerting/latest/configuration, “webhook_config”. */
function notice(alertname: keyof typeof GUIDE, status: 'firing' | 'resolved') {
  const { labels, summary } = GUIDE[alertname];
  const annotations = { summary };
  return {
    version: '4',
    groupKey: `{}:{alertname="${alertname}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'paksa',
    groupLabels: { alertname },
    commonLabels: { alertname, ...labels },
    commonAnnotations: annotations,
    externalURL: 'http://alertmanager:9093',
    alerts: [
      {
        status,
        labels: { alertname, ...labels },
        annotations,
        startsAt: '2026-01-31T02:12:30.291Z',
        endsAt: status === 'resolved' ? '2026-01-31T02:31:30.291Z' : '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus:9090/graph?g0.expr=up&g0.tab=1',
        fingerprint: alertname === 'HighErrorRate' ? '8cd1d9c6a5b1e8f0' : '02a6e1cd7f3b9d44',
      },
    ],
  };
}
