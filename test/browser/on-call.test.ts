/** On-call schedules by clicks, on the real page: who is on call, somebody stands in, and it ends. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createWorld, type World } from '../harness/world.ts';
import { nameless } from './accessible.ts';
import { hasChromium, ownBrowser } from './chromium.ts';
import { type Person, personAt } from './person.ts';

describe.skipIf(!hasChromium())('who is on call', () => {
  const browser = ownBrowser();
  let world: World;
  let page: Page;
  let person: Person;

  beforeAll(async () => {
    world = await createWorld({ page: true });
    await world.startBot();
  }, 60_000);
  afterAll(async () => {
    await world.close();
  });
  beforeEach(async () => {
    page = await browser().newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(`${world.workspace.url}/?as=dana`);
    person = personAt(page);
    await person.composer.waitFor();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.error(await page.locator('body').ariaSnapshot());
    await page.close();
  });

  test('Eva stands in until a moment picked in the dialog, is told, and ends it', async () => {
    await person.says('/paksa oncall');
    const card = person.alone.filter({ hasText: 'No gap within 14 days' });
    await card.getByRole('button', { name: 'Stand in…' }).click();

    const dialog = page.getByRole('dialog', { name: 'Stand in' });
    await dialog.getByLabel('Who is on call').selectOption('Eva Externa');
    await dialog.getByLabel(/^To/).fill(inThreeHours());
    expect(await nameless(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Put on call' }).dblclick();
    await dialog.waitFor({ state: 'detached' });
    await person.alone.filter({ hasText: /Eva Externa is on call in “primary” from/ }).waitFor();

    await person.becomes('Eva Externa');
    await person.opens('Paksa');
    const told = person.messages.filter({ hasText: 'on call in primary' });
    await told.getByText(/You are on call in primary from/).waitFor();
    await told.getByRole('button', { name: 'End the override' }).click();
    await told.getByText(/You are not on call in primary any more/).waitFor();
    expect(await told.getByRole('button', { name: 'End the override' }).count()).toBe(0);
  });
});

/** As a date and time are typed into a browser, on its own clock. */
function inThreeHours(): string {
  const at = new Date(Date.now() + 3 * 3_600_000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
