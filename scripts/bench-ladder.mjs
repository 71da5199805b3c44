// `npm run bench:ladder`: installs what is missing, then measures how late pages are with many timers pending.
import process from 'node:process';
import { inOurPlace } from './exec.mjs';
import { install, NODE, ROOT } from './install.mjs';
import { run } from './say.mjs';

await run(async () => {
  process.stdout.write('\n  Pages, with many timers pending\n\n');
  await install();
  return inOurPlace(NODE, ['bench/ladder.ts', ...process.argv.slice(2)], { cwd: ROOT });
});
