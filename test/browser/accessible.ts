/** What the browser tells a screen reader, where it is too little. */
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
