/** The real page over the whole bot, with Ana in front of it: a world and a page of each test's own, in one browser. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';
import { createWorld, type World, type WorldOptions } from '../harness/world.ts';
import { ownBrowser } from './chromium.ts';
import { type Person, personAt } from './person.ts';

const IMAGES = join(import.meta.dirname, '../../docs/images');

export const PHONE = { width: 390, height: 844 };

export interface Begun {
  readonly world: World;
  readonly page: Page;
  readonly person: Person;
}

/** Call it at the top of a describe. What breaks on the page fails the test. */
export function realWorld() {
  const browser = ownBrowser();
  let begun: Begun | undefined;
  const faults: string[] = [];

  afterEach(async ({ task }) => {
    const { page, world } = begun ?? {};
    begun = undefined;
    // What was on the page says more than the line that waited in vain.
    if (task.result?.state === 'fail') console.error(await page?.locator('body').ariaSnapshot());
    await page?.close();
    await world?.close();
    expect(faults.splice(0)).toEqual([]);
  });

  return {
    begin: async (options: WorldOptions, size: { width: number; height: number }): Promise<Begun> => {
      const world = await createWorld({ page: true, ...options });
      await world.startBot();
      const page = await browser().newPage();
      begun = { world, page, person: personAt(page) };
      page.setDefaultTimeout(10_000);
      page.on('pageerror', (error) => faults.push(String(error)));
      await page.setViewportSize(size);
      // The person of the test before is remembered in the browser.
      await page.goto(`${world.workspace.url}/?as=ana`);
      await begun.person.composer.waitFor();
      return begun;
    },
    /** Written only when asked for, so that a run of the tests leaves the documentation as it is. */
    picture: async (name: string) => {
      if (process.env.PAKSA_SCREENSHOTS === undefined) return;
      await begun?.page.mouse.move(0, 0);
      await begun?.page.screenshot({ path: join(IMAGES, `${name}.png`), animations: 'disabled' });
    },
  };
}
