/** The bot's process: configuration, database, bot; ends cleanly on SIGTERM and SIGINT. */
import { startBot } from './app.ts';
import { loadConfig, secretsOf, slackConnection } from './config.ts';
import { AdapterError, messageOf, UserError } from './errors.ts';
import { createLog } from './log.ts';
import { closers, stopOnSignal } from './signals.ts';
import { openDatabase } from './store/embedded/database.ts';

async function main(): Promise<void> {
  const config = loadConfig({ env: process.env });
  const { mode } = slackConnection(config.slack);
  const log = createLog({ level: config.logLevel, secrets: secretsOf(config) });
  const { opened, closeAll } = closers();
  // Before anything is started: asked to stop half-way, it stops what there is.
  stopOnSignal(async (signal) => {
    log.info({ signal }, 'stopping');
    await closeAll();
    log.info('stopped');
  });
  try {
    const database = await openDatabase({ databaseUrl: config.databaseUrl, directory: '.paksa' });
    opened(database.close);
    const bot = await startBot({ config, databaseUrl: database.url, log });
    opened(bot.stop);
    await bot.connected;
    const environments = config.environments.map(({ target }) => target.environment);
    log.info({ port: bot.port, mode, environments }, 'ready');
  } catch (error) {
    await closeAll();
    throw error;
  }
}

try {
  await main();
} catch (error) {
  // What a person can put right is said in a sentence; a bug keeps its stack.
  console.error(error instanceof UserError || error instanceof AdapterError ? messageOf(error) : error);
  process.exit(1);
}
