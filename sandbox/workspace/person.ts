/** Drives the workspace as one person, without a browser: says, commands, clicks, submits. */
import { interactive, type Placed } from './block-kit/surface.ts';
import type { Client } from './client.ts';
import { type Fields, isFields } from './fields.ts';
import { fill } from './form.ts';
import type { Messages } from './messages.ts';
import type { FormState, Message, View } from './model.ts';
import type { ClientAnswer } from './platform.ts';
import type { State } from './state.ts';
import type { Views } from './views.ts';

/** A message, by its `ts` when that is enough; or a view. */
export type Target = string | Pick<Message, 'channel' | 'ts'> | { viewId: string };

/** Words for each element, by its `block_id`, or Slack's own `state.values`. */
export type Words = Record<string, string | string[] | Record<string, unknown>>;

export interface Person {
  say(channel: string, text: string, threadTs?: string): Promise<ClientAnswer & { message?: Message }>;
  command(channel: string, line: string, threadTs?: string): Promise<ClientAnswer>;
  /**
   * Presses a button, or chooses in a menu.
   * @param element its `action_id`, or the words on it, or the words of an option in an overflow menu
   * @param chosen for menus: the option's words or value, the person, the text
   * @throws Error when there is no such thing to press
   */
  click(target: Target, element: string, chosen?: string | string[]): Promise<ClientAnswer>;
  submit(viewId: string, words?: Words): Promise<ClientAnswer>;
  close(viewId: string): Promise<ClientAnswer>;
  shortcut(callbackId: string): Promise<ClientAnswer>;
  messageShortcut(message: Pick<Message, 'channel' | 'ts'>, callbackId: string): Promise<ClientAnswer>;
  openHome(): Promise<ClientAnswer>;
}

const wordsOn = (element: Fields) => (isFields(element.text) ? element.text.text : undefined);

function find(blocks: readonly Fields[], name: string): Placed {
  const all = interactive(blocks);
  const found =
    all.find(({ actionId }) => actionId === name) ?? all.find(({ element }) => wordsOn(element) === name);
  if (found) return found;
  const there = all.map(
    ({ actionId, element }) => `${actionId} (${String(wordsOn(element) ?? element.type)})`,
  );
  throw new Error(`There is no "${name}" to press, only: ${there.join(', ') || 'nothing'}.`);
}

function values(blocks: readonly Fields[], words: Words): FormState {
  const state: FormState = {};
  for (const [blockId, said] of Object.entries(words)) {
    const placed = interactive(blocks).filter((one) => one.blockId === blockId || one.actionId === blockId);
    if (placed.length === 0) throw new Error(`There is no block ${blockId} to fill in.`);
    for (const { blockId: block, actionId, element } of placed) {
      const given = typeof said === 'string' || Array.isArray(said) ? fill(element, said) : said[actionId];
      if (isFields(given)) state[block] = { ...state[block], [actionId]: given };
      else if (typeof given === 'string')
        state[block] = { ...state[block], [actionId]: fill(element, given) };
    }
  }
  return state;
}

export interface PersonParts {
  client: Client;
  state: State;
  messages: Messages;
  views: Views;
}

export function actAs(user: string, { client, state, messages, views }: PersonParts): Person {
  const viewOf = (id: string): View => {
    const view = views.find(id);
    if (!view || view.user !== user) throw new Error(`${user} has no view ${id} open.`);
    return view;
  };
  const messageOf = (target: string | Pick<Message, 'channel' | 'ts'>): Message => {
    const candidates =
      typeof target === 'string'
        ? [...state.messages.values(), ...messages.ephemerals(user)].filter(({ ts }) => ts === target)
        : [messages.findFor(user, target.channel, target.ts)];
    const [message] = candidates;
    if (!message) throw new Error(`${user} sees no message ${JSON.stringify(target)}.`);
    return message;
  };

  return {
    say: async (channel, text, threadTs) =>
      client.say({ user, channel, text, ...(threadTs !== undefined && { threadTs }) }),
    command: (channel, line, threadTs) =>
      client.command({ user, channel, line, ...(threadTs !== undefined && { threadTs }) }),
    click: async (target, name, chosen) => {
      const isView = typeof target === 'object' && 'viewId' in target;
      const surface = isView ? viewOf(target.viewId) : messageOf(target);
      const { element, blockId, actionId } = find(surface.blocks, name);
      const place = isView ? target : messageOf(target);
      const choice = chosen === undefined ? {} : fill(element, chosen);
      const action = { ...element, ...choice, block_id: blockId, action_id: actionId };
      return client.act({
        user,
        place: 'viewId' in place ? place : { channel: place.channel, ts: place.ts },
        action,
      });
    },
    submit: async (viewId, words = {}) => {
      const view = viewOf(viewId);
      const filled = { ...view.chosen };
      for (const [block, actions] of Object.entries(values(view.blocks, words))) {
        filled[block] = { ...filled[block], ...actions };
      }
      return client.submit({ user, viewId, values: filled });
    },
    close: (viewId) => client.close(user, viewId),
    shortcut: (callbackId) => client.shortcut(user, callbackId),
    messageShortcut: ({ channel, ts }, callbackId) =>
      client.messageShortcut({ user, channel, ts, callbackId }),
    openHome: async () => client.openHome(user),
  };
}
