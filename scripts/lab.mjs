// `npm run lab`: installs what is missing, then starts the lab: a real Docker, Kubernetes, and the system to break in them.
import process from 'node:process';
import { installPrograms } from './debian.mjs';
import { inOurPlace } from './exec.mjs';
import { install, NODE, ROOT } from './install.mjs';
import { run } from './say.mjs';

await run(async () => {
  process.stdout.write('\n  Paksa’s lab\n\n');
  await install();
  // What is missing still, and is needed here, the lab names itself.
  await installPrograms();
  return inOurPlace(NODE, ['test/lab/main.ts', ...process.argv.slice(2)], { cwd: ROOT });
});
