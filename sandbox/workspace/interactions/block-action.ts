/** A click on a button or a choice in a menu, in a message, a modal or a Home tab. */
import { interactive } from '../block-kit/surface.ts';
import type { Fields } from '../fields.ts';
import { chosenBy, formState } from '../form.ts';
import type { FormState, Message, User, View } from '../model.ts';
import type { ClientAnswer, Platform } from '../platform.ts';
import { messageObject, viewObject } from '../slack-objects.ts';
import { answerOf, channelName, channelOf, commonPayload, userOf } from './payload.ts';

/** Where it is: in a message, or in a view. */
export type Place = { channel: string; ts: string } | { viewId: string };

export interface Act {
  user: string;
  place: Place;
  /** The element's payload: `action_id`, `block_id`, and what was chosen. */
  action: Fields;
}

/** What a person chose in a message lasts as long as their client: by person and message. */
export type MessageChoices = Map<string, FormState>;

const GONE: ClientAnswer = { ok: false, notice: 'This message or view has changed. Look at it again.' };

/** The element as the app gave it, with what the person chose: nothing else that a client claims is passed on. */
function actionOf(blocks: readonly Fields[], claimed: Fields, actionTs: string): Fields | undefined {
  const placed = interactive(blocks).find(
    ({ blockId, actionId }) => blockId === claimed.block_id && actionId === claimed.action_id,
  );
  if (!placed) return undefined;
  const { element, blockId, actionId } = placed;
  const { type, text, value, style, placeholder } = element;
  return {
    action_id: actionId,
    block_id: blockId,
    ...(type === 'button' && {
      text,
      ...(value !== undefined && { value }),
      ...(style !== undefined && { style }),
    }),
    ...(type === 'overflow' && { selected_option: claimed.selected_option }),
    ...(type === 'feedback_buttons' && { text: claimed.text, value: claimed.value }),
    ...(type === 'icon_button' && { text, value }),
    ...(placeholder !== undefined && { placeholder }),
    ...chosenBy({ ...claimed, type }),
    type,
    action_ts: actionTs,
  };
}

function merge(before: FormState, action: Fields): FormState {
  const value = chosenBy(action);
  if (!value) return before;
  const block = String(action.block_id);
  return { ...before, [block]: { ...before[block], [String(action.action_id)]: value } };
}

function inMessage(
  platform: Platform,
  user: User,
  message: Message,
  action: Fields,
  chosen: FormState,
): Fields {
  const { state, messages, responseUrls } = platform;
  const channel = channelOf(state, message.channel, user);
  const isEphemeral = message.ephemeralFor !== undefined;
  const replies = messages.thread(message.channel, message.ts).filter(({ ts }) => ts !== message.ts);
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
    },
    channel: { id: channel.id, name: channelName(channel) },
    // Slack keeps no ephemeral message, so it cannot give it back.
    ...(!isEphemeral && {
      message: {
        ...messageObject(message, state, replies),
        ...(message.metadata && { metadata: message.metadata }),
      },
    }),
    state: { values: formState(message.blocks, chosen) },
    response_url: responseUrls.issue({ user: user.id, channel: channel.id, message }),
    actions: [action],
  };
}

function inView(platform: Platform, view: View, action: Fields): Fields {
  return {
    container: { type: 'view', view_id: view.id },
    view: viewObject(view, platform.state),
    actions: [action],
  };
}

export async function act(platform: Platform, choices: MessageChoices, { user: id, place, action }: Act) {
  const { state, messages, views, triggers, delivery } = platform;
  const user = userOf(state, id);
  const view = 'viewId' in place ? views.find(place.viewId) : undefined;
  const message = 'ts' in place ? messages.findFor(id, place.channel, place.ts) : undefined;
  const surface = view?.user === id ? view : message;
  const full = surface && actionOf(surface.blocks, action, state.nextTs());
  if (!full) return GONE;

  const common = { type: 'block_actions', ...commonPayload(state, user), trigger_id: triggers.issue(id) };
  if (message) {
    const key = `${id}:${message.channel}:${message.ts}`;
    const chosen = merge(choices.get(key) ?? {}, full);
    choices.set(key, chosen);
    const payload = inMessage(platform, user, message, full, chosen);
    return answerOf(await delivery.send('interactive', { ...common, ...payload }), platform);
  }
  if (!view) return GONE;
  const updated = views.choose(view, merge({}, full));
  return answerOf(
    await delivery.send('interactive', { ...common, ...inView(platform, updated, full) }),
    platform,
  );
}
