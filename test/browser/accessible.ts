/** What somebody would miss who does not see the page, has no mouse, or looks at it on a phone. */
import type { Page } from 'playwright-core';

/** Everything that can be operated and has no name. */
export async function nameless(page: Page): Promise<string[]> {
  const tree = await page.locator('body').ariaSnapshot();
  return tree
    .split('\n')
    .filter((line) => /^\s*- (button|link|textbox|combobox|checkbox|menuitem)\b(?! ")/.test(line));
}

/** How often the focus leaves the open dialog for the page behind while Tab is pressed once for each of its stops and more. */
export async function escapesOfFocus(page: Page): Promise<number> {
  let escapes = 0;
  for (let press = 0; press < 8; press += 1) {
    await page.keyboard.press('Tab');
    // The body stands for the browser's own controls, which come after the last stop.
    if (await page.evaluate<boolean>(`!document.activeElement.matches('body, dialog[open], dialog[open] *')`))
      escapes += 1;
  }
  return escapes;
}

/** What in the messages is wider than there is room for, and so cut off at the window's edge or its pane's. */
export const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`[...document.querySelectorAll('article *:not(.unseen)')]
    .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 1)
    .map((each) => each.textContent)`);
