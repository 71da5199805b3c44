/**
 * The bot as a process of its own that a test can kill, at a named step too: `DIE_AT=acted` ends it there with SIGKILL.
 * `TEST_TOPICS` names a module whose `topics` it has instead of the guide's.
 */
import { startBot } from '../../src/app.ts';
import { loadConfig, secretsOf } from '../../src/config.ts';
import type { Topics } from '../../src/engine/ports.ts';
import { createLog } from '../../src/log.ts';
import { stopOnSignal } from '../../src/signals.ts';

const config = loadConfig({ env: process.env });
const { DIE_AT, TEST_TOPICS } = process.env;
const own: { topics?: Topics } = TEST_TOPICS === undefined ? {} : await import(TEST_TOPICS);
const bot = await startBot({
  config,
  databaseUrl: config.databaseUrl ?? '',
  log: createLog({ level: config.logLevel, secrets: secretsOf(config) }),
  checkpoint: (name) => {
    if (name === DIE_AT) process.kill(process.pid, 'SIGKILL');
  },
  ...(own.topics ? { topics: own.topics } : {}),
  settleMs: 3_000,
  host: '127.0.0.1',
});
stopOnSignal(() => bot.stop());
await bot.connected;
process.send?.({ port: bot.port });
