/** `npm start` without a Slack: the embedded database, the local workspace, a small stack to break, and the real bot. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { topics } from '../commands/index.ts';
import { startBot } from '../src/app.ts';
import { loadConfig, secretsOf } from '../src/config.ts';
import { messageOf, UserError } from '../src/errors.ts';
import { createLog } from '../src/log.ts';
import type { Runbook } from '../src/runbook/define.ts';
import { closers, stopOnSignal } from '../src/signals.ts';
import { openDatabase } from '../src/store/embedded/database.ts';
import { sandboxConfiguration } from './configuration.ts';
import { startStack } from './stack/stack.ts';
import { startWorkspace } from './workspace/server.ts';

/** Everything that the sandbox leaves behind, so that a second start finds it. */
const DIRECTORY = resolve('.paksa');
const PAGE_PORT = 4321;
const STACK_PORT = 4443;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { 'page-port': { type: 'string' }, 'stack-port': { type: 'string' } },
  });
  const { opened, closeAll } = closers();
  // Before anything is started: asked to stop half-way, it stops what there is.
  stopOnSignal(async () => {
    process.stdout.write('\nStopping …\n');
    await closeAll();
  });
  try {
    await start(opened, Number(values['page-port'] ?? PAGE_PORT), Number(values['stack-port'] ?? STACK_PORT));
  } catch (error) {
    await closeAll();
    throw error;
  }
}

const commandOf = ({ topic, emergency }: Runbook): string =>
  emergency === undefined ? `diagnose ${topic}` : `emergency ${topic}`;

type Opened = ReturnType<typeof closers>['opened'];

async function start(opened: Opened, pagePort: number, stackPort: number): Promise<void> {
  const said = step('PostgreSQL');
  const database = await openDatabase({ directory: DIRECTORY });
  opened(database.close);

  said('TLS server');
  const folder = join(DIRECTORY, 'sandbox');
  await mkdir(folder, { recursive: true });
  const stack = await startStack({ port: stackPort, directory: join(folder, 'stack') }).catch(
    portTaken('--stack-port'),
  );
  opened(stack.stop);

  said('workspace');
  const workspace = await startWorkspace({
    port: pagePort,
    dataDir: folder,
    stack,
    pageDir: resolve('sandbox/page/dist'),
    completions: ['help', 'status', 'diagnose all', ...[...topics.values()].map(commandOf)].map(
      (line) => `/paksa ${line}`,
    ),
  }).catch(portTaken('--page-port'));
  opened(workspace.stop);

  said('bot');
  const file = join(folder, 'paksa.yaml');
  await writeFile(file, sandboxConfiguration(stack.environment));
  const config = loadConfig({
    env: {
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      PORT: process.env.PORT,
      PAKSA_CONFIG: file,
      SLACK_API_URL: workspace.apiUrl,
      SLACK_BOT_TOKEN: workspace.botToken,
      SLACK_APP_TOKEN: workspace.appToken,
    },
  });
  const log = createLog({ level: config.logLevel, secrets: secretsOf(config) });
  const bot = await startBot({ config, databaseUrl: database.url, log, host: '127.0.0.1' });
  opened(bot.stop);
  await bot.connected;
  said();

  process.stdout.write(
    [
      '',
      `  Paksa is at work.  Open  ${workspace.url}`,
      '',
      '  Three things to try:',
      '    1. Type  /paksa diagnose ssl : everything is healthy.',
      '    2. Break something on the right (“Certificate expired”), and diagnose again. Press “Renew the certificate…”,',
      '       switch to Bilal (the approver), read the preview, approve; then undo it.',
      '    3. Let a renewal fail, or answer nobody, and switch to Dana, Omar, Sana and Eva: each is paged in turn.',
      '',
      `  In a terminal:  PAKSA_CONFIG=.paksa/sandbox/paksa.yaml npx paksa diagnose ssl`,
      '  Ctrl-C stops everything.',
      '',
      '',
    ].join('\n'),
  );
}

/** Says what is being started, and how long the one before took. */
function step(first: string): (next?: string) => void {
  let at = performance.now();
  const begin = (name: string) => process.stdout.write(`  ${name.padEnd(14)}`);
  begin(first);
  return (next) => {
    process.stdout.write(`${((performance.now() - at) / 1000).toFixed(1).padStart(5)} s\n`);
    at = performance.now();
    if (next !== undefined) begin(next);
  };
}

/** Turns a taken port into a sentence that says what to do. */
const portTaken =
  (option: string) =>
  (error: unknown): never => {
    const isTaken =
      error instanceof UserError ||
      (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE');
    if (!isTaken) throw error;
    throw new UserError(
      `${messageOf(error)}\nAnother Paksa may be running: stop it, or choose another port:  npm start -- ${option} 5432`,
    );
  };

try {
  await main();
} catch (error) {
  process.stdout.write('\n');
  console.error(error instanceof UserError ? messageOf(error) : error);
  process.exit(1);
}
