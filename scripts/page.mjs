// Builds the sandbox's page when its sources are newer than what was built.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { quietly } from './exec.mjs';
import { NODE, ROOT } from './install.mjs';
import { phase, Stop } from './say.mjs';

const PAGE = join(ROOT, 'sandbox', 'page');
const BUILT = join(PAGE, 'dist', 'index.html');

function newest(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    if (entry.name === 'dist') return latest;
    const path = join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }, 0);
}

export async function buildPage() {
  const sources = Math.max(newest(PAGE), statSync(join(ROOT, 'package-lock.json')).mtimeMs);
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs >= sources) return;
  await phase('page', 'building the workspace’s page', async () => {
    const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
    const { code, output } = await quietly(NODE, [vite, 'build', PAGE, '--logLevel', 'error'], { cwd: ROOT });
    if (code !== 0) throw new Stop(`The page could not be built:\n${output.trim()}`);
  });
}
