/** Debian's Chromium with a profile of its own, and the page built for it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

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
async function buildPage(): Promise<void> {
  const program = `import { buildPage } from '${SCRIPT.href}'; await buildPage();`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** Call it at the top of a describe. @returns what gives the browser's context, from within a test; the page is built by then */
export function ownBrowser(): () => BrowserContext {
  let profile: string | undefined;
  let context: BrowserContext | undefined;
  beforeAll(async () => {
    await buildPage();
    profile = await mkdtemp(join(tmpdir(), 'paksa-chromium-'));
    context = await chromium.launchPersistentContext(profile, {
      executablePath: EXECUTABLE,
      headless: true,
      args: FLAGS,
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
    });
  }, 60_000);
  afterAll(async () => {
    await context?.close();
    if (profile !== undefined) await rm(profile, { recursive: true, force: true });
  });

  return () => {
    if (!context) throw new Error('there is a browser within a test only');
    return context;
  };
}
