/** The bot as a process of its own that a test can kill, at a named step too: `DIE_AT=acted` ends it there with SIGKILL. */
import { startBot } from '../../src/app.ts';
import { loadConfig, secretsOf } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { stopOnSignal } from '../../src/signals.ts';

const config = loadConfig({ env: process.env });
const { DIE_AT } = process.env;
const bot = await startBot({
  config,
  databaseUrl: config.databaseUrl ?? '',
  log: createLog({ level: config.logLevel, secrets: secretsOf(config) }),
  checkpoint: (name) => {
    if (name === DIE_AT) process.kill(process.pid, 'SIGKILL');
  },
  settleMs: 3_000,
  host: '127.0.0.1',
});
stopOnSignal(() => bot.stop());
await bot.connected;
process.send?.({ port: bot.port });
