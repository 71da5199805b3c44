/** Modals, stacked for each person, and Home tabs. */

import { identified } from './block-kit/surface.ts';
import { isViewTooLarge, validateView } from './block-kit.ts';
import type { Changes } from './changes.ts';
import { type Fields, fieldsIn, textOf } from './fields.ts';
import { formState } from './form.ts';
import { makeId, makeToken } from './ids.ts';
import type { View } from './model.ts';
import { refusedFor, SlackError } from './slack-error.ts';
import type { State } from './state.ts';

/** Slack's: a modal with two more on top of it. */
const STACK = 3;

export interface Views {
  /** Shows a modal, replacing whatever modals this person had. */
  open(user: string, payload: Fields): View;
  /** @throws SlackError `push_limit_reached`, `not_found` when nothing is open */
  push(user: string, payload: Fields): View;
  /** @throws SlackError `hash_conflict` */
  update(view: View, payload: Fields, hash?: string): View;
  publish(user: string, payload: Fields, hash?: string): View;
  /** Remembers what was chosen, without telling anyone: the page has it already. */
  choose(view: View, chosen: View['chosen']): View;
  refuse(view: View, errors: Record<string, string>): void;
  /** Takes away this one and those above it. @returns them, the top one first */
  close(view: View): View[];
  find(id: string): View | undefined;
  findExternal(externalId: string): View | undefined;
  /** Bottom first. */
  stack(user: string): View[];
  home(user: string): View | undefined;
}

/** @throws SlackError as Slack refuses a view */
export function checkView(payload: Fields, allowed: 'modal' | 'home'): void {
  if (isViewTooLarge(payload)) throw new SlackError('view_too_large');
  const problems = validateView(payload);
  if (problems.length > 0) throw refusedFor('invalid_arguments', problems);
  if (payload.type !== allowed) {
    throw refusedFor('invalid_arguments', [`must be one of: ${allowed} [json-pointer:/view/type]`]);
  }
}

export function createViews(state: State, changes: Changes): Views {
  const stacks = new Map<string, View[]>();
  const stack = (user: string) => stacks.get(user) ?? [];
  const open = () => [...stacks.values()].flat();
  const find = (id: string) => [...open(), ...state.homes.values()].find((view) => view.id === id);
  const makeHash = () => `${Math.floor(state.now() / 1000)}.${makeToken(4)}`;

  const findExternal = (externalId: string) =>
    externalId === '' ? undefined : open().find(({ payload }) => payload.external_id === externalId);

  const make = (user: string, payload: Fields, place: Partial<View>): View => {
    const known = findExternal(textOf(payload.external_id) ?? '');
    if (known && known.id !== place.id) throw new SlackError('duplicate_external_id');
    const id = place.id ?? makeId('V');
    const blocks = identified(fieldsIn(payload.blocks));
    return {
      user,
      type: payload.type === 'home' ? 'home' : 'modal',
      payload,
      blocks,
      hash: makeHash(),
      rootId: id,
      ...place,
      id,
      // What people typed survives an update in the blocks that are still there.
      chosen: formState(blocks, place.chosen ?? {}),
    };
  };
  const keep = (view: View) => {
    if (view.type === 'home') state.homes.set(view.user, view);
    else
      stacks.set(
        view.user,
        stack(view.user).map((other) => (other.id === view.id ? view : other)),
      );
    return view;
  };
  const show = (view: View) => {
    changes.tell({ type: 'view', view });
    return view;
  };
  const drop = (user: string, from: number): View[] => {
    const closed = stack(user).slice(from).toReversed();
    stacks.set(user, stack(user).slice(0, from));
    for (const view of closed) changes.tell({ type: 'view_closed', view });
    return closed;
  };
  const checkHash = (view: View | undefined, hash: string | undefined) => {
    if (hash !== undefined && view !== undefined && view.hash !== hash) throw new SlackError('hash_conflict');
  };

  return {
    open: (user, payload) => {
      const view = make(user, payload, {});
      drop(user, 0);
      stacks.set(user, [view]);
      return show(view);
    },
    push: (user, payload) => {
      const top = stack(user).at(-1);
      if (!top) throw new SlackError('not_found');
      if (stack(user).length >= STACK) throw new SlackError('push_limit_reached');
      const view = make(user, payload, { rootId: top.rootId, previousId: top.id });
      stacks.set(user, [...stack(user), view]);
      return show(view);
    },
    update: (view, payload, hash) => {
      checkHash(view, hash);
      const { id, rootId, previousId, chosen } = view;
      return show(
        keep(
          make(view.user, payload, { id, rootId, chosen, ...(previousId !== undefined && { previousId }) }),
        ),
      );
    },
    publish: (user, payload, hash) => {
      const before = state.homes.get(user);
      checkHash(before, hash);
      return show(keep(make(user, payload, before ? { id: before.id, rootId: before.rootId } : {})));
    },
    choose: (view, chosen) => {
      const values = { ...view.chosen };
      for (const [blockId, actions] of Object.entries(chosen))
        values[blockId] = { ...values[blockId], ...actions };
      return keep({ ...view, chosen: values });
    },
    refuse: (view, errors) => changes.tell({ type: 'view', view, errors }),
    close: (view) => {
      const index = stack(view.user).findIndex(({ id }) => id === view.id);
      return index < 0 ? [] : drop(view.user, index);
    },
    find,
    findExternal,
    stack,
    home: (user) => state.homes.get(user),
  };
}
