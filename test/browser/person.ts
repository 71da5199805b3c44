/** What a person does on the workspace's page, by clicks and keys. Every step waits for what it acts on. */
import type { Locator, Page } from 'playwright-core';

export type Person = ReturnType<typeof personAt>;

export function personAt(page: Page) {
  const composer = page.getByRole('combobox', { name: /^Message / });
  const stack = page.getByRole('complementary', { name: 'Break something' });
  const thread = page.getByRole('complementary', { name: /^Thread/ });
  const messages = page.getByRole('region', { name: /^Messages in / }).getByRole('article');
  /** Of the newest incident: the only message that says when it was opened. */
  const card = messages.filter({ hasText: /INC-\d+ .* opened / }).last();
  const question = page.getByRole('alertdialog');
  const panes = page.getByRole('navigation', { name: 'Panes' });

  /** Presses, and agrees with what is asked first. Twice each: people do. */
  const confirms = async (button: Locator) => {
    await button.click();
    await question.locator('footer').getByRole('button').last().dblclick();
    await question.waitFor({ state: 'detached' });
  };

  return {
    composer,
    stack,
    thread,
    messages,
    card,
    question,
    confirms,
    /** The button of the incident's card. */
    button: (name: string) => card.getByRole('button', { name, exact: true }),
    alone: messages.filter({ hasText: 'Only visible to you' }),
    breaks: async (fault: string) => {
      await stack.getByRole('button', { name: fault }).click();
      await stack.getByRole('button', { name: fault, pressed: true }).waitFor();
    },
    says: async (line: string) => {
      await composer.fill(line);
      await page.getByRole('button', { name: 'Send', exact: true }).click();
    },
    becomes: async (name: string) => {
      await page.getByRole('button', { name: /^You are .*Switch person$/ }).click();
      await page.getByRole('menuitemradio', { name }).click();
      await page.getByRole('button', { name: new RegExp(`^You are ${name}.*Switch person$`) }).waitFor();
    },
    opens: (conversation: string) =>
      page
        .getByRole('navigation', { name: 'Conversations' })
        .getByRole('button', { name: conversation })
        .click(),
    opensThread: () => card.getByRole('button', { name: /^\d+ repl/ }).click(),
    opensStack: () => page.getByRole('button', { name: /Break something$/, expanded: false }).click(),
    /** On a phone. */
    goesTo: (pane: string) => panes.getByRole('button', { name: pane }).click(),
  };
}
