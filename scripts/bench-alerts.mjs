// `npm run bench:alerts`: installs what is missing, then sends the bot a storm of alerts. --seconds, --rate, --together.
import process from 'node:process';
import { inOurPlace } from './exec.mjs';
import { install, NODE, ROOT } from './install.mjs';
import { run } from './say.mjs';

await run(async () => {
  process.stdout.write('\n  A storm of alerts\n\n');
  await install();
  return inOurPlace(NODE, ['bench/alerts.ts', ...process.argv.slice(2)], { cwd: ROOT });
});
