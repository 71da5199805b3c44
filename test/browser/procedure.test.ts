/** An emergency by clicks, on the real page: declared, gone through step by step, and on a phone too. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { movableClock } from '../harness/clock.ts';
import type { World } from '../harness/world.ts';
import { cutOff, escapesOfFocus, nameless } from './accessible.ts';
import { hasChromium } from './chromium.ts';
import type { Person } from './person.ts';
import { PHONE, realWorld } from './real-world.ts';

const MINUTE_MS = 60_000;

describe.skipIf(!hasChromium())('an emergency', () => {
  let world: World;
  let page: Page;
  let person: Person;
  const { begin: beginIn, picture } = realWorld();
  const begin = async (size: { width: number; height: number }) => {
    const topics = new URL('../smoke/sample-topics.ts', import.meta.url);
    const configure = (yaml: string) => yaml.replaceAll('delay: 30s', 'delay: 2h');
    ({ world, page, person } = await beginIn({ topics, configure }, size));
  };

  /** Opens the dialog of this button, and gives the reason. */
  const explains = async (button: string, dialog: string, reason: string, submit: string) => {
    await person.button(button).click();
    const modal = page.getByRole('dialog', { name: dialog });
    await modal.getByLabel('Why?').fill(reason);
    expect(await escapesOfFocus(page)).toBe(0);
    await modal.getByRole('button', { name: submit, exact: true }).dblclick();
    await modal.waitFor({ state: 'detached' });
  };

  test('is declared from the list, and gone through: approved, taken, late, failed, skipped, proven', async () => {
    await begin({ width: 1280, height: 1000 });
    await person.breaks('Certificate expired');
    await person.says('/paksa emergency');
    await person.alone.getByRole('button', { name: '🚨 Declare: SSL certificate issues' }).click();
    await person.question.getByText('paged at once in sandbox').waitFor();
    await person.question.locator('footer').getByRole('button').last().dblclick();
    await person.card.getByText('See what is served · Paksa').waitFor();
    await person.card.getByText('▶️ 2. Renew the certificate').waitFor();
    expect(await nameless(page)).toEqual([]);
    await picture('emergency');

    await person.becomes('Bilal Khan');
    await person.confirms(person.button('Approve'));
    await person.card.getByText('Step 4 of 7: Tell the customers').waitFor();
    await person.becomes('Dana Novak');
    await person.opens('operations');
    await person.button('I take it').dblclick();
    await person.card.getByText('@Dana Novak is at it').waitFor();
    const clock = await movableClock(world.database.url);
    await clock.move(21 * MINUTE_MS);
    await clock.close();
    await person.card.getByText('overdue').waitFor();
    await picture('emergency-overdue');
    await person.button('Done').dblclick();
    await person.card.getByText('Step 5 of 7').waitFor();

    await explains('Could not…', 'It could not be done?', 'Nobody answers <there>', 'Say so');
    await person.card.getByText('failed: Nobody answers <there>').waitFor();
    await explains('Skip…', 'Skip this step?', 'They call back', 'Skip it');
    await person.card.getByText('gone through to its end').waitFor();
    await person.opensThread();
    const last = person.thread.getByRole('article').last();
    await last.getByText('has been gone through').waitFor();
    await picture('emergency-over');
    expect(await cutOff(page)).toEqual([]);
  }, 60_000);

  test('on a phone, with nothing cut off', async () => {
    await begin(PHONE);
    await person.says('/paksa emergency ssl');
    await person.card.getByText('Step 4 of 7').waitFor();
    await person.button('Done').scrollIntoViewIfNeeded();
    await picture('emergency-phone');
    expect(await cutOff(page)).toEqual([]);
    expect(await nameless(page)).toEqual([]);
    await person.button('Done').click();
    await person.card.getByText('Step 5 of 7').waitFor();
    await explains('Stop the procedure…', 'Stop the procedure?', 'A drill', 'Stop it');
    await person.card.getByText('A drill').waitFor();
  }, 60_000);
});
