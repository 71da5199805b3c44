/** Debian's Chromium with a profile of its own, and the page built for it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContext, chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Without these Chromium looks for Google's hosts at every start, and as root it does not start at all. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A missing browser fails the run in CI; elsewhere it says how to get one. */
export function hasChromium(): boolean {
  if (existsSync(EXECUTABLE)) return true;
  const missing = `Chromium is not at ${EXECUTABLE}. Get it with: apt-get install chromium (or set CHROMIUM)`;
  if (process.env.CI !== undefined) throw new Error(missing);
  console.warn(`\n*** The browser tests are skipped. ${missing} ***\n`);
  return false;
}

const SCRIPT = new URL('../../scripts/page.mjs', import.meta.url);

/**
 * When its sources are newer than what was built. In a process of its own: the test runner's `NODE_ENV` would make it
 * React's slow development build.
 */
export async function buildPage(): Promise<void> {
  const program = `import { buildPage } from '${SCRIPT.href}'; await buildPage();`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

export interface Browser {
  context: BrowserContext;
  close(): Promise<void>;
}

export async function openBrowser(viewport = { width: 1280, height: 800 }): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'paksa-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    headless: true,
    args: FLAGS,
    viewport,
    locale: 'en-GB',
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
