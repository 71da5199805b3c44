/**
 * The bot as a process of its own that a test can kill, at a named step too: `DIE_AT=acted` ends it there with SIGKILL, once
 * the file that `DIE_ARMED` names is there, where it names one.
 * `HOLD_AT` names steps at which the first process to get there stands still, in the folder `HOLD_IN` (held.ts).
 * `TEST_TOPICS` names a module whose `topics` it has instead of the guide's.
 */
import { existsSync } from 'node:fs';
import { startBot } from '../../src/app.ts';
import { loadConfig, secretsOf } from '../../src/config.ts';
import type { Topics } from '../../src/engine/ports.ts';
import { createLog } from '../../src/log.ts';
import { stopOnSignal } from '../../src/signals.ts';
import { holdAt } from './held.ts';

const config = loadConfig({ env: process.env });
const { DIE_AT, DIE_ARMED, HOLD_AT = '', HOLD_IN = '', TEST_TOPICS } = process.env;
const held = HOLD_AT.split(',');
const own: { topics?: Topics } = TEST_TOPICS === undefined ? {} : await import(TEST_TOPICS);
const bot = await startBot({
  config,
  databaseUrl: config.databaseUrl ?? '',
  log: createLog({ level: config.logLevel, secrets: secretsOf(config) }),
  checkpoint: (name) => {
    if (name === DIE_AT && (DIE_ARMED === undefined || existsSync(DIE_ARMED)))
      process.kill(process.pid, 'SIGKILL');
    if (held.includes(name)) holdAt(name, HOLD_IN);
  },
  ...(own.topics ? { topics: own.topics } : {}),
  settleMs: 3_000,
  host: '127.0.0.1',
});
stopOnSignal(() => bot.stop());
await bot.connected;
process.send?.({ port: bot.port });
