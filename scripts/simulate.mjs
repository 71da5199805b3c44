// `npm run simulate -- --incidents N`: nights of incidents on the engine's own code, with everything going wrong.
import process from 'node:process';
import { inOurPlace } from './exec.mjs';
import { install, NODE, ROOT } from './install.mjs';
import { run } from './say.mjs';

await run(async () => {
  process.stdout.write('\n  Nights of incidents, played\n');
  await install();
  return inOurPlace(NODE, ['test/simulation/main.ts', ...process.argv.slice(2)], { cwd: ROOT });
});
