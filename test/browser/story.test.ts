/** The whole story by clicks: the real page, over the real workspace, with the real bot and a certificate to break. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { movableClock } from '../harness/clock.ts';
import type { World } from '../harness/world.ts';
import { cutOff, escapesOfFocus, nameless } from './accessible.ts';
import { hasChromium } from './chromium.ts';
import type { Person } from './person.ts';
import { PHONE, realWorld } from './real-world.ts';

const DAY_MS = 24 * 60 * 60_000;
/** From the fault to the undo, each click on a page that is drawn anew. */
const STORY_MS = 90_000;

describe.skipIf(!hasChromium())('the story', () => {
  let world: World;
  let page: Page;
  let person: Person;
  const { begin: beginIn, picture } = realWorld();
  /** A world in which nobody is paged before they have to be, and then `delay` is waited at each level. */
  const begin = async ({ delay = '30m', size = { width: 1280, height: 800 } } = {}) => {
    const configure = (yaml: string) =>
      yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 30m').replaceAll('delay: 30s', `delay: ${delay}`);
    ({ world, page, person } = await beginIn({ configure }, size));
  };

  /** As Ana: a card with a preview that waits for a decision. */
  const renewalAskedFor = async (...broken: string[]) => {
    for (const fault of broken) await person.breaks(fault);
    await person.says('/paksa diagnose ssl');
    await person.button('Renew the certificate…').dblclick();
    await person.button('Approve').waitFor();
  };

  test(
    'an expired certificate is renewed by decision of somebody else, verified, and undone',
    async () => {
      await begin();
      await person.breaks('Certificate expired');
      await person.composer.pressSequentially('/paksa dia');
      await page.getByRole('option', { name: '/paksa diagnose ssl' }).click();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await person.card.getByText('INC-1').waitFor();
      await person.card.getByText(/Certificate the server presents: expired on/).waitFor();
      expect(await nameless(page)).toEqual([]);

      await person.button('Renew the certificate…').dblclick();
      await person.card.getByText(/ → 90 days from now/).waitFor();
      await picture('workspace');
      await page.getByRole('button', { name: 'Use dark colours' }).click();
      await picture('workspace-dark');
      await page.getByRole('button', { name: 'Use light colours' }).click();

      await person.button('Approve').click();
      await person.question.waitFor();
      expect(await escapesOfFocus(page)).toBe(0);
      await page.keyboard.press('Escape');
      await person.confirms(person.button('Approve'));
      await person.alone.getByText('somebody else decides').waitFor();
      await person.alone.getByText('@Bilal Khan').waitFor();

      await person.becomes('Bilal Khan');
      expect(await person.alone.count()).toBe(0);
      await person.confirms(person.button('Approve'));
      await person.card.getByText('Approved by @Bilal Khan').waitFor();
      await person.card.getByText('worked and was verified').waitFor();
      await person.card.getByText('Resolved').waitFor();
      await person.stack.getByText('Healthy:').waitFor();

      await person.opensThread();
      const timeline = person.thread.getByRole('article').last();
      await timeline.getByText('verified.').waitFor();
      expect(await cutOff(page)).toEqual([]);
      const told = await person.thread.getByRole('article').allInnerTexts();
      expect(told.join('\n')).toMatch(
        /Opened for @Ana[\s\S]*@Ana.*asked for[\s\S]*waits for a decision[\s\S]*@Bilal.*approved[\s\S]*is kept[\s\S]*Checking[\s\S]*verified/,
      );
      expect(told.filter((text) => text.includes('asked for'))).toHaveLength(1);

      await person.confirms(person.button('Undo'));
      await person.card.getByText('was undone by @Bilal Khan').waitFor();
      await person.card.getByText('Nobody has acknowledged yet').waitFor();
      await person.opensStack();
      await person.stack.getByText('Broken:').waitFor();
      await person.stack.getByRole('button', { name: 'Certificate expired', pressed: true }).waitFor();
    },
    STORY_MS,
  );

  test('a renewal that fails pages level 1, and without an answer every level after it', async () => {
    await begin({ delay: '3s' });
    await renewalAskedFor('Certificate expired', 'Renewal fails');
    await person.becomes('Bilal Khan');
    await person.confirms(person.button('Approve'));
    await person.card.getByText(/Renew the certificate did not help: .+/).waitFor();

    await person.becomes('Dana Novak');
    await person.opens('Paksa');
    await person.messages.getByRole('button', { name: 'Acknowledge' }).waitFor();
    for (const [level, name] of ['Dana Novak', 'Omar Haddad', 'Sana Iqbal', 'Eva Externa'].entries()) {
      await person.becomes(name);
      await person.opens('Paksa');
      await person.messages.getByText(`level ${level + 1} ·`).waitFor();
      await person.messages.getByText(/Certificate the server presents: expired on/).waitFor();
    }

    await person.opens('operations');
    await person.card.getByText('Nobody is left to page').waitFor();
    const broadcast = person.messages.filter({ hasText: 'Level 4 did not answer' });
    await broadcast.getByText('Nobody is left to page').waitFor();
    await broadcast.getByRole('button', { name: 'See the thread' }).click();
    await person.thread.getByText('Nobody is left to page').last().waitFor();
    const told = (await person.thread.getByRole('article').allInnerTexts()).slice(1).join('\n');
    expect([...told.matchAll(/Paging level (\d)/g)].map(([, level]) => level)).toEqual(['1', '2', '3', '4']);
  }, 60_000);

  test('a denial asks why and pages level 1, whose acknowledgement stops the ladder', async () => {
    await begin();
    await renewalAskedFor('Certificate expired');
    await person.becomes('Bilal Khan');
    await person.button('Deny…').dblclick();
    const modal = page.getByRole('dialog', { name: 'Deny this fix?' });
    await modal.getByLabel('Why?').fill('The freeze ends at <noon> & not before');
    expect(await escapesOfFocus(page)).toBe(0);
    expect(await nameless(page)).toEqual([]);
    await modal.getByRole('button', { name: 'Deny', exact: true }).dblclick();
    await modal.waitFor({ state: 'detached' });
    await person.card.getByText('was denied by @Bilal Khan').waitFor();
    await person.opensThread();
    await person.thread.getByText('The freeze ends at <noon> & not before').first().waitFor();

    await person.becomes('Dana Novak');
    await person.opens('Paksa');
    await person.messages.getByRole('button', { name: 'Acknowledge' }).dblclick();
    await person.messages.getByText('acknowledged by @Dana Novak').waitFor();
    expect(await person.messages.getByRole('button', { name: /Acknowledge|Escalate/ }).count()).toBe(0);
    await person.opens('operations');
    await person.card.getByText('the ladder is stopped').waitFor();

    const clock = await movableClock(world.database.url);
    await clock.move(DAY_MS);
    await clock.move(0);
    await clock.close();
    await person.becomes('Omar Haddad');
    await person.opens('Paksa');
    await page.getByRole('combobox', { name: 'Message Paksa' }).waitFor();
    expect(await person.messages.count()).toBe(0);
  });

  test('the first half on a phone', async () => {
    await begin({ size: PHONE });
    await person.goesTo('Break');
    await person.breaks('Certificate expired');
    expect(await cutOff(page)).toEqual([]);
    await person.goesTo('Chat');
    await person.says('/paksa diagnose ssl');
    await person.button('Renew the certificate…').click();
    await person.card.getByText('90 days from now').waitFor();
    await picture('phone');
    expect(await cutOff(page)).toEqual([]);
    await person.becomes('Bilal Khan');
    await person.confirms(person.button('Approve'));
    await person.card.getByText('worked and was verified').waitFor();
    await person.opensThread();
    await person.thread.getByRole('article').last().getByText('verified.').waitFor();
    expect(await cutOff(page)).toEqual([]);
    expect(await nameless(page)).toEqual([]);
  });

  test('a mistyped topic is answered with the nearest, and the keyboard alone is enough', async () => {
    await begin();
    await person.breaks('Certificate about to expire');
    await person.says('/paksa diagnose sll');
    await person.alone.getByText('Did you mean “/paksa diagnose ssl”?').waitFor();
    await person.alone.getByRole('button', { name: 'Diagnose ssl' }).waitFor();

    await person.composer.focus();
    await page.keyboard.type('/paksa diagnose ss');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await person.composer.inputValue()).toBe('/paksa diagnose ssl');
    await page.keyboard.press('Enter');
    await person.card
      .getByText(/expires in \d days/)
      .first()
      .waitFor();

    const renew = person.button('Renew the certificate…');
    for (let stop = 0; stop < 12 && !(await renew.and(page.locator(':focus')).count()); stop += 1)
      await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await person.button('Approve').waitFor();
  });
});
