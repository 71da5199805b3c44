// Installs what is missing, then runs one of the project's own programs: launch.mjs [--programs] TITLE FILE [its arguments].
import process from 'node:process';
import { installPrograms } from './debian.mjs';
import { inOurPlace } from './exec.mjs';
import { install, NODE, ROOT } from './install.mjs';
import { run } from './say.mjs';

const needsPrograms = process.argv[2] === '--programs';
const [title, file, ...rest] = process.argv.slice(needsPrograms ? 3 : 2);

await run(async () => {
  process.stdout.write(`\n  ${title}\n\n`);
  await install();
  // What is missing still, and is needed, the program names itself.
  if (needsPrograms) await installPrograms();
  return inOurPlace(NODE, [file, ...rest], { cwd: ROOT });
});
