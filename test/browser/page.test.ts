/** The workspace's page by itself: what a person sees and presses, and what it sends. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as cards from './cards.ts';
import { hasChromium, ownBrowser } from './chromium.ts';
import { type FakeWorkspace, startFakeWorkspace } from './fake-workspace.ts';

const NOW = Math.floor(Date.now() / 1000) - 600;
const ts = (second: number) => `${NOW + second}.000100`;

/** As text: the tests are checked without the browser's own types. */
const LIST = `document.querySelector('[aria-label="Messages in #incidents"]')`;

describe.skipIf(!hasChromium())('the page', () => {
  const browser = ownBrowser();
  let workspace: FakeWorkspace;
  let page: Page;
  const faults: string[] = [];

  beforeEach(async () => {
    workspace = await startFakeWorkspace();
    page = await browser().newPage();
    page.setDefaultTimeout(8000);
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(workspace.url);
    await composer().waitFor();
  });
  afterEach(async () => {
    await page.close();
    await workspace.stop();
    expect(faults.splice(0)).toEqual([]);
  });

  const composer = () => page.getByRole('combobox', { name: 'Message #incidents' });
  const bodies = (path: string) =>
    workspace.sent.filter((sent) => sent.path === path).map(({ body }) => body);
  const focused = () => page.locator(':focus').textContent({ timeout: 1000 });
  const sent = async (path: string, count = 1) => {
    await expect.poll(() => bodies(path).length).toBe(count);
    return bodies(path);
  };

  test('a command is completed with the keyboard, sent as typed, and comes back with Arrow-Up', async () => {
    await composer().pressSequentially('/paksa dia');
    await page.getByRole('option', { name: '/paksa diagnose ssl' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await composer().inputValue()).toBe('/paksa diagnose ssl');
    await page.keyboard.press('Enter');
    expect(await sent('/page/send')).toEqual([{ user: 'U1', channel: 'C1', text: '/paksa diagnose ssl' }]);
    await expect.poll(() => composer().inputValue()).toBe('');
    await page.keyboard.press('ArrowUp');
    expect(await composer().inputValue()).toBe('/paksa diagnose ssl');

    await composer().fill('/paksa diagnose “ssl”');
    await page.keyboard.press('Enter');
    expect((await sent('/page/send', 2))[1]).toMatchObject({ text: '/paksa diagnose “ssl”' });
  });

  test('a refused message stays in the composer, with the reason', async () => {
    workspace.answer = () => ({ ok: false, error: 'This channel is archived.' });
    await composer().fill('hello');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This channel is archived.').waitFor();
    expect(await composer().inputValue()).toBe('hello');
  });

  test('a button says what was pressed, once, and its focus stays when the card is drawn anew', async () => {
    workspace.say({ ts: ts(1), blocks: cards.findings });
    const renew = page.getByRole('button', { name: 'Renew with certbot' });
    await renew.dblclick();
    const [act, ...more] = await sent('/page/act');
    expect(more).toEqual([]);
    expect(act).toMatchObject({
      user: 'U1',
      channel: 'C1',
      messageTs: ts(1),
      action: { type: 'button', action_id: 'approve', block_id: 'fixes', value: '7:renew:1' },
    });
    workspace.say({ ts: ts(1), blocks: cards.done, edited: true });
    await page.getByText('valid for 90 more days').waitFor();
    await expect.poll(focused).toContain('valid for 90 more days');
  });

  test('a confirmation is asked first, and Escape leaves everything as it was', async () => {
    workspace.say({ ts: ts(1), blocks: cards.findings });
    const undo = page.getByRole('button', { name: 'Put the old one back' });
    await undo.click();
    const question = page.getByRole('alertdialog', { name: 'Put it back?' });
    await question.waitFor();
    expect(await focused()).toBe('Keep the new one');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await focused()).toBe('Put the old one back');
    expect(bodies('/page/act')).toEqual([]);

    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'Put it back' }).click();
    expect((await sent('/page/act'))[0]).toMatchObject({ action: { action_id: 'undo' } });
  });

  test('menus and selects send the option that was chosen', async () => {
    workspace.say({ ts: ts(1), blocks: cards.findings });
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await sent('/page/act');
    workspace.say({ ts: ts(1), blocks: cards.findings, edited: true });
    await page.getByRole('combobox', { name: 'Choose a person' }).selectOption({ label: 'Amir Haddad' });
    const [more, person] = await sent('/page/act', 2);
    expect(more).toMatchObject({ action: { type: 'overflow', selected_option: { value: 'resolve' } } });
    expect(person).toMatchObject({
      action: { type: 'users_select', block_id: 'assign', selected_user: 'U2' },
    });
  });

  test('a modal submits every value, shows what was wrong, keeps what was typed, and gives the focus back', async () => {
    await composer().focus();
    workspace.emit({ type: 'view', view: { ...cards.proposal, type: 'modal' } });
    const modal = page.getByRole('dialog', { name: 'Diagnose' });
    await modal.getByLabel('Topic').selectOption('ssl');
    await modal.getByLabel('Host').fill('nowhere');
    await modal.getByRole('checkbox', { name: /Check the clock/ }).check();
    await modal.getByRole('button', { name: 'Look' }).click();
    const [submission] = await sent('/page/view');
    expect(submission).toMatchObject({
      viewId: 'V1',
      submit: true,
      values: {
        topic: { choice: { type: 'static_select', selected_option: { value: 'ssl' } } },
        host: { name: { type: 'plain_text_input', value: 'nowhere' } },
        options: { picked: { type: 'checkboxes', selected_options: [{ value: 'clock' }] } },
      },
    });
    workspace.emit({
      type: 'view',
      view: { ...cards.proposal, type: 'modal', errors: { host: 'No such host.' } },
    });
    await modal.getByRole('alert').getByText('No such host.').waitFor();
    expect(await modal.getByLabel('Host').inputValue()).toBe('nowhere');
    workspace.emit({ type: 'view_closed', id: 'V1' });
    await modal.waitFor({ state: 'detached' });
    await expect.poll(() => composer().and(page.locator(':focus')).count()).toBe(1);
  });

  test('whoever is called for is counted in the switch, and can be looked through', async () => {
    workspace.say({ ts: ts(1), channel: 'D2', text: 'Level 2 is paged: the certificate has expired.' });
    const person = page.getByRole('button', { name: /You are Dana Reyes.*1 waiting for others/ });
    await person.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitemradio', { name: /Amir Haddad.*1 waiting/ }).click();
    const direct = page
      .getByRole('navigation', { name: 'Conversations' })
      .getByRole('button', { name: /Paksa.*1/ });
    await direct.click();
    await page.getByText('Level 2 is paged').first().waitFor();
    await page.getByRole('combobox', { name: 'Message Paksa' }).fill('on it');
    await page.keyboard.press('Enter');
    expect((await sent('/page/send'))[0]).toMatchObject({ user: 'U2', channel: 'D2' });
    await expect.poll(() => page.locator('.entry .badge').count()).toBe(0);
  });

  test('a lost workspace is named, and what was said meanwhile is there afterwards', async () => {
    workspace.say({ ts: ts(1), text: 'before' });
    await page.getByText('before').first().waitFor();
    workspace.drop();
    workspace.say({ ts: ts(2), text: 'meanwhile' });
    await page.getByText('Reconnecting…').waitFor();
    await page.getByText('meanwhile').first().waitFor();
    await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
  });

  test('what is new does not move one who reads above, but says that it is there', async () => {
    for (let second = 1; second < 60; second += 1) workspace.say({ ts: ts(second), text: `line ${second}` });
    await page.getByText('line 59').first().waitFor();
    const atEnd = () =>
      page.evaluate<boolean>(`${LIST}.scrollHeight - ${LIST}.scrollTop - ${LIST}.clientHeight < 2`);
    await expect.poll(atEnd).toBe(true);
    await page.evaluate(`${LIST}.scrollTo(0, 0)`);
    await page.getByText('line 1', { exact: true }).waitFor();
    workspace.say({ ts: ts(100), text: 'fresh' });
    await page.getByRole('button', { name: '1 new message' }).click();
    await expect.poll(atEnd).toBe(true);
  });

  test('a phone shows one pane at a time and never scrolls sideways', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    workspace.say({ ts: ts(1), blocks: cards.findings, threadTs: ts(1) });
    workspace.say({ ts: ts(2), threadTs: ts(1), blocks: cards.progress });
    await page.getByRole('button', { name: '1 reply' }).click();
    const bar = page.getByRole('navigation', { name: 'Panes' });
    for (const pane of ['Channels', 'Chat', 'Thread', 'Break']) {
      await bar.getByRole('button', { name: pane }).click();
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(width, pane).toBeLessThanOrEqual(360);
    }
    await page.getByRole('button', { name: /^Expired/ }).click();
    expect(await sent('/page/stack')).toEqual([{ fault: 'expired' }]);
    await page.getByRole('button', { name: /^Expired/, pressed: true }).waitFor();
    await bar.getByRole('button', { name: 'Chat' }).click();
    expect(await composer().isVisible()).toBe(true);
  });
});
