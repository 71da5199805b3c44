// `npm run bench:guide`: installs what is missing, then measures the guide's own commands against Paksa's diagnoses.
import process from 'node:process';
import { installPrograms } from './debian.mjs';
import { inOurPlace } from './exec.mjs';
import { install, NODE, ROOT } from './install.mjs';
import { run } from './say.mjs';

await run(async () => {
  process.stdout.write('\n  The guide by hand, and Paksa\n\n');
  await install();
  // What is missing still, and is needed here, the bench names itself.
  await installPrograms();
  return inOurPlace(NODE, ['bench/guide.ts', ...process.argv.slice(2)], { cwd: ROOT });
});
