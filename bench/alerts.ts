/** `npm run bench:alerts`: a storm of alerts against the real bot, with the local Slack. Nothing is lost, nobody is flooded. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { sandboxConfiguration } from '../sandbox/configuration.ts';
import { startStack } from '../sandbox/stack/stack.ts';
import { startWorkspace } from '../sandbox/workspace/server.ts';
import { messageOf } from '../src/errors.ts';
import { closers, stopOnSignal } from '../src/signals.ts';
import { openDatabase } from '../src/store/embedded/database.ts';
import { type Storm, sendStorm } from './alert-storm.ts';
import { alertsPage, type Measured } from './alerts-page.ts';

const BOT = fileURLToPath(new URL('../test/harness/bot-process.ts', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/bench-alerts.md', import.meta.url));
const TOKEN = 'the-token-of-the-bench-0123456789';
/** How long the bot may be behind, after the last answer. */
const PATIENCE_MS = 120_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1000' },
    together: { type: 'string', default: '10' },
  },
});
const [load = 0] = loadavg();
const [seconds, rate, together] = [Number(values.seconds), Number(values.rate), Number(values.together)];

const { opened, closeAll } = closers();
stopOnSignal(closeAll);

async function measure(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'paksa-bench-'));
  opened(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL does not run as root: its user must be able to reach its files.
  await chmod(folder, 0o755);
  const database = await openDatabase({ directory: folder });
  opened(database.close);
  const stack = await startStack({ port: 0, directory: join(folder, 'stack') });
  opened(stack.stop);
  const workspace = await startWorkspace({ port: 0, stack });
  opened(workspace.stop);
  const file = join(folder, 'paksa.yaml');
  await writeFile(
    file,
    `${sandboxConfiguration(stack.environment).replace('firstPageAfter: 1m', 'firstPageAfter: 1h')}alerts:
  tokenEnv: ALERTS_TOKEN
  routes: [{ match: { alertname: { regex: "Certificate.*" } }, topic: ssl }]
`,
  );
  const port = await startBot({
    PORT: '0',
    DATABASE_URL: database.url,
    PAKSA_CONFIG: file,
    ALERTS_TOKEN: TOKEN,
    SLACK_API_URL: workspace.apiUrl,
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_APP_TOKEN: workspace.appToken,
  });

  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  opened(() => client.end());
  const url = `http://127.0.0.1:${port}/alerts/alertmanager`;
  process.stdout.write(`  ${rate} alerts a second for ${seconds} s …\n`);
  const storm = await sendStorm({ url, token: TOKEN, rate, seconds, together });
  const ended = performance.now();
  await settle(client);
  const behindMs = performance.now() - ended;
  const messages = workspace.messages().filter(({ byBot }) => byBot);
  const isCard = (blocks: unknown) => JSON.stringify(blocks).includes('INC-');
  const inChannels = messages.filter(({ threadTs }) => threadTs === undefined);
  const cards = inChannels.filter(({ blocks }) => isCard(blocks)).length;
  return {
    ...{ seconds, rate, together, cores: availableParallelism(), load, behindMs },
    ...{ requests: storm.requests, alerts: storm.alerts, refused: storm.refused, took: storm.took },
    ...{ different: storm.fingerprints.size, wholeMs: storm.wholeMs, lost: await lostOf(client, storm) },
    incidents: await count(client, 'SELECT count(*) FROM paksa.incident'),
    diagnoses: await count(client, 'SELECT count(*) FROM paksa.diagnosis'),
    ...{ cards, others: inChannels.length - cards, replies: messages.length - inChannels.length },
    updates: workspace.requests.filter(
      ({ method, answer }) => method === 'chat.update' && answer?.ok === true,
    ).length,
  };
}

async function startBot(variables: Readonly<Record<string, string>>): Promise<number> {
  const env = { PATH: process.env.PATH, LOG_LEVEL: process.env.LOG_LEVEL ?? 'error', ...variables };
  const child = fork(BOT, [], { env, stdio: 'inherit' });
  const gone = once(child, 'exit');
  opened(async () => {
    child.kill('SIGTERM');
    await gone;
  });
  const ready = await Promise.race([once(child, 'message'), gone.then(() => undefined)]);
  const [said] = ready ?? [];
  if (typeof said !== 'object' || said === null || !('port' in said) || typeof said.port !== 'number')
    throw new Error('The bot ended before it was ready.');
  return said.port;
}

/** Until nothing is owed but the ladders' timers. */
async function settle(client: pg.Client): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  const owed = `SELECT count(*) FROM pgboss.job
    WHERE state IN ('created', 'retry', 'active') AND name IN ('alerts', 'diagnose', 'publish')`;
  while ((await count(client, owed)) > 0) {
    if (performance.now() > until) throw new Error('The bot is two minutes behind, and was not waited for.');
    await pause(100);
  }
}

/** What was sent and is not there, and what is there and in no incident. */
async function lostOf(client: pg.Client, { fingerprints }: Storm): Promise<number> {
  const { rows } = await client.query<{ fingerprint: string; incident: string | null }>(
    'SELECT fingerprint, incident FROM paksa.alert',
  );
  const held = new Set(
    rows.filter(({ incident }) => incident !== null).map(({ fingerprint }) => fingerprint),
  );
  return [...fingerprints].filter((fingerprint) => !held.has(fingerprint)).length;
}

async function count(client: pg.Client, query: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(query);
  return Number(rows[0]?.count ?? Number.NaN);
}

try {
  const page = alertsPage(await measure());
  process.stdout.write(`\n${page}\n`);
  await writeFile(PAGE, page);
  await closeAll();
  process.exit(0);
} catch (error) {
  process.stderr.write(`\n${messageOf(error)}\n\n`);
  await closeAll();
  process.exit(1);
}
