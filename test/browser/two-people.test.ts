/** A fix of high risk on the real page: approved by two; and glass broken on a phone, told to all, and reviewed. */
import { describe, expect, test } from 'vitest';
import { PEOPLE } from '../../sandbox/workspace/people.ts';
import { cutOff, escapesOfFocus, nameless } from './accessible.ts';
import { hasChromium } from './chromium.ts';
import { PHONE, realWorld } from './real-world.ts';

const topics = new URL('../smoke/risky-topics.ts', import.meta.url);
const configure = (yaml: string) =>
  yaml
    .replace('approvers:\n', `approvers:\n    - user: ${PEOPLE.sana}\n`)
    .concat('  breakGlass:\n    for: ladder\n')
    .replaceAll('delay: 30s', 'delay: 2h');

describe.skipIf(!hasChromium())('a fix of high risk', () => {
  const { begin, picture } = realWorld();

  test('says why it takes two, and who of them has approved; then what an undo would put back', async () => {
    const { page, person } = await begin({ topics, configure }, { width: 1280, height: 1000 });
    await person.breaks('Certificate expired');
    await person.says('/paksa diagnose ssl');
    await person.button('Renew the certificate…').click();
    await person.card.getByText('It takes two people').waitFor();
    await picture('two-people');
    await person.becomes('Bilal Khan');
    await person.confirms(person.button('Approve'));
    await person.card.getByText('has approved it. It takes one more').waitFor();
    expect(await cutOff(page)).toEqual([]);
    await person.becomes('Sana Iqbal');
    await person.confirms(person.button('Approve'));
    await person.card.getByText('worked and was verified').waitFor();
    await person.card.getByText('Undo: Put the old certificate and key back').waitFor();
    expect(await nameless(page)).toEqual([]);
  });

  test('on a phone: the glass is broken with a reason, and reviewed by somebody else', async () => {
    const { page, person } = await begin({ topics, configure }, PHONE);
    await person.goesTo('Break');
    await person.breaks('Certificate expired');
    await person.goesTo('Chat');
    await person.says('/paksa diagnose ssl');
    await person.button('Renew the certificate…').click();
    await person.card.getByText('It takes two people').waitFor();
    await person.becomes('Dana Novak');
    await person.button('Break the glass…').click();
    const glass = page.getByRole('dialog', { name: 'Break the glass?' });
    await glass.getByLabel('Why?').fill('Nobody else <answers>');
    expect(await escapesOfFocus(page)).toBe(0);
    expect(await cutOff(page)).toEqual([]);
    await glass.getByRole('button', { name: 'Break it', exact: true }).dblclick();
    await glass.waitFor({ state: 'detached' });
    await person.card.getByText('worked and was verified').waitFor();
    await person.messages.filter({ hasText: 'The glass was broken' }).last().waitFor();

    await person.becomes('Bilal Khan');
    await person.button('Review…').click();
    const review = page.getByRole('dialog', { name: 'Review' });
    await review.getByLabel('What do you make of it?').fill('Rightly so');
    await review.getByRole('button', { name: 'Reviewed', exact: true }).click();
    await review.waitFor({ state: 'detached' });
    await person.button('Review…').waitFor({ state: 'detached' });
    expect(await cutOff(page)).toEqual([]);
  });
});
