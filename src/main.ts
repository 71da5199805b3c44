/** The bot's process: configuration, database, bot; ends cleanly on SIGTERM and SIGINT. */
import { startBot } from './app.ts';
import { loadConfig, secretsOf, slackConnection } from './config.ts';
import { messageOf, UserError } from './errors.ts';
import { createLog } from './log.ts';
import { stopOnSignal } from './signals.ts';
import { openDatabase } from './store/embedded/database.ts';

async function main(): Promise<void> {
  const config = loadConfig({ env: process.env });
  const { mode } = slackConnection(config.slack);
  const log = createLog({ level: config.logLevel, secrets: secretsOf(config) });
  const database = await openDatabase({ databaseUrl: config.databaseUrl, directory: '.paksa' });
  const bot = await startBot({ config, databaseUrl: database.url, log }).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  log.info(
    { port: bot.port, mode, environments: config.targets.map(({ environment }) => environment) },
    'ready',
  );

  stopOnSignal(async (signal) => {
    log.info({ signal }, 'stopping');
    await bot.stop();
    await database.close();
    log.info('stopped');
  });
}

try {
  await main();
} catch (error) {
  // What a person can put right is said in a sentence; a bug keeps its stack.
  console.error(error instanceof UserError ? messageOf(error) : error);
  process.exit(1);
}
