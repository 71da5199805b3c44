#!/usr/bin/env node
// `npx paksa …`: the terminal's Paksa, run by the Node 24 that the packages bring. It installs nothing by itself.
import { join } from 'node:path';
import process from 'node:process';
import { inOurPlace } from './exec.mjs';
import { isInstalled, NODE, ROOT } from './install.mjs';
import { run, Stop } from './say.mjs';

await run(async () => {
  if (!isInstalled())
    throw new Stop(
      `Paksa's packages are not installed, or older than its lock file. In ${ROOT} run npm ci (or npm start) first.`,
    );
  return inOurPlace(NODE, [join(ROOT, 'src', 'cli', 'main.ts'), ...process.argv.slice(2)]);
});
