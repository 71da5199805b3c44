/** Values of the elements in a form: what they begin with, what was chosen, what is still missing. */
import { interactive, type Placed } from './block-kit/surface.ts';
import { codePoints, type Fields, fieldsIn, isFields, textOf } from './fields.ts';
import type { FormState } from './model.ts';

interface Kind {
  /** Where Slack puts the value in `state.values`. */
  key: string;
  initial: string;
}

const KINDS: Record<string, Kind> = {
  plain_text_input: { key: 'value', initial: 'initial_value' },
  email_text_input: { key: 'value', initial: 'initial_value' },
  url_text_input: { key: 'value', initial: 'initial_value' },
  number_input: { key: 'value', initial: 'initial_value' },
  rich_text_input: { key: 'rich_text_value', initial: 'initial_value' },
  static_select: { key: 'selected_option', initial: 'initial_option' },
  external_select: { key: 'selected_option', initial: 'initial_option' },
  radio_buttons: { key: 'selected_option', initial: 'initial_option' },
  multi_static_select: { key: 'selected_options', initial: 'initial_options' },
  checkboxes: { key: 'selected_options', initial: 'initial_options' },
  users_select: { key: 'selected_user', initial: 'initial_user' },
  multi_users_select: { key: 'selected_users', initial: 'initial_users' },
  conversations_select: { key: 'selected_conversation', initial: 'initial_conversation' },
  channels_select: { key: 'selected_channel', initial: 'initial_channel' },
  datepicker: { key: 'selected_date', initial: 'initial_date' },
  timepicker: { key: 'selected_time', initial: 'initial_time' },
  datetimepicker: { key: 'selected_date_time', initial: 'initial_date_time' },
};

const isList = (key: string) => key.endsWith('s');

function initialOf({ element }: Placed, kind: Kind): Fields {
  return { type: element.type, [kind.key]: element[kind.initial] ?? (isList(kind.key) ? [] : null) };
}

/** `state.values` of blocks: what was chosen, or else what the app had set. */
export function formState(blocks: readonly Fields[], chosen: FormState): FormState {
  const values: FormState = {};
  for (const placed of interactive(blocks)) {
    const kind = KINDS[String(placed.element.type)];
    if (!kind) continue;
    const { blockId, actionId } = placed;
    values[blockId] = {
      ...values[blockId],
      [actionId]: chosen[blockId]?.[actionId] ?? initialOf(placed, kind),
    };
  }
  return values;
}

/** The part of an action that `state.values` remembers; nothing for buttons and overflow menus. */
export function chosenBy(action: Fields): Fields | undefined {
  const kind = KINDS[String(action.type)];
  return kind && { type: action.type, [kind.key]: action[kind.key] ?? null };
}

function optionsOf(element: Fields): Fields[] {
  const groups = fieldsIn(element.option_groups).flatMap((group) => fieldsIn(group.options));
  return [...fieldsIn(element.options), ...groups];
}

function optionNamed(element: Fields, name: string): Fields {
  const found = optionsOf(element).find(
    (option) => option.value === name || (isFields(option.text) && option.text.text === name),
  );
  if (!found) throw new Error(`There is no option "${name}" in ${String(element.action_id)}.`);
  return found;
}

/** The value of an element in words, as its part of an action: text typed, or an option's text or value. */
export function fill(element: Fields, said: string | readonly string[]): Fields {
  const { type } = element;
  if (type === 'overflow') return { type, selected_option: optionNamed(element, String(said)) };
  const kind = KINDS[String(type)];
  if (!kind) return { type };
  const words = typeof said === 'string' ? [said] : said;
  const value = kind.key.startsWith('selected_option')
    ? words.map((word) => optionNamed(element, word))
    : words;
  return { type, [kind.key]: isList(kind.key) ? value : value[0] };
}

function complaint({ element, input }: Placed, value: Fields | undefined): string | undefined {
  const kind = KINDS[String(element.type)];
  if (!kind || !input) return undefined;
  const given = value?.[kind.key];
  const isEmpty =
    given === undefined || given === null || given === '' || (Array.isArray(given) && given.length === 0);
  if (isEmpty) return input.optional === true ? undefined : 'Please complete this required field.';
  const length = codePoints(textOf(given) ?? '');
  const { min_length: min, max_length: max } = element;
  if (typeof min === 'number' && length < min) return `Please enter at least ${min} characters.`;
  if (typeof max === 'number' && length > max) return `Please enter at most ${max} characters.`;
  return undefined;
}

/** What Slack's client refuses to submit, by `block_id`. */
export function complaints(blocks: readonly Fields[], values: FormState): Record<string, string> {
  const found: Record<string, string> = {};
  for (const placed of interactive(blocks)) {
    const text = complaint(placed, values[placed.blockId]?.[placed.actionId]);
    if (text !== undefined) found[placed.blockId] ??= text;
  }
  return found;
}
