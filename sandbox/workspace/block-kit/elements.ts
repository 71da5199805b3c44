/** Block elements, and which of them each kind of block takes. */
import { z } from 'zod';
import {
  anyText,
  confirm,
  hasOneSource,
  image,
  ONE_SOURCE,
  optionGroup,
  overflowOption,
  plain,
  plainOption,
  richOption,
  styled,
} from './composition.ts';
import { identifier, list, text, url } from './primitives.ts';
import { richText } from './rich-text.ts';

const actionable = { action_id: identifier.optional() };
const confirmable = { ...actionable, confirm: confirm.optional() };
const focusable = { focus_on_load: z.boolean().optional() };
const placeheld = { placeholder: plain(150).optional() };
const menu = { ...confirmable, ...focusable, ...placeheld };
const several = { max_selected_items: z.int().min(1, 'must be at least 1').optional() };
const dispatchable = {
  dispatch_action_config: z
    .strictObject({ trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])) })
    .optional(),
};
const typed = { ...actionable, ...focusable, ...placeheld, ...dispatchable };
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'must be a date as YYYY-MM-DD');
const time = z.string().regex(/^\d\d:\d\d$/, 'must be a time as HH:mm');

const button = z.strictObject({
  type: z.literal('button'),
  ...confirmable,
  ...styled,
  text: plain(75),
  value: text(2000, 0).optional(),
  url: url.optional(),
  accessibility_label: text(75).optional(),
});

const staticOptions = {
  options: list(plainOption, 100).optional(),
  option_groups: list(optionGroup, 100).optional(),
};
const hasOneList = (value: { options?: unknown; option_groups?: unknown }) =>
  (value.options === undefined) !== (value.option_groups === undefined);
const ONE_LIST = 'must provide exactly one of options and option_groups';

const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    ...menu,
    ...staticOptions,
    initial_option: plainOption.optional(),
  })
  .refine(hasOneList, ONE_LIST);
const multiStaticSelect = z
  .strictObject({
    type: z.literal('multi_static_select'),
    ...menu,
    ...several,
    ...staticOptions,
    initial_options: list(plainOption, 100).optional(),
  })
  .refine(hasOneList, ONE_LIST);

const filter = {
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter: z.looseObject({}).optional(),
};
const selects = [
  staticSelect,
  multiStaticSelect,
  z.strictObject({ type: z.literal('users_select'), ...menu, initial_user: identifier.optional() }),
  z.strictObject({
    type: z.literal('multi_users_select'),
    ...menu,
    ...several,
    initial_users: z.array(identifier).optional(),
  }),
  z.strictObject({
    type: z.literal('conversations_select'),
    ...menu,
    ...filter,
    initial_conversation: identifier.optional(),
  }),
  z.strictObject({
    type: z.literal('channels_select'),
    ...menu,
    initial_channel: identifier.optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('external_select'),
    ...menu,
    min_query_length: z.int().optional(),
    initial_option: plainOption.optional(),
  }),
] as const;

const choices = [
  z.strictObject({
    type: z.literal('radio_buttons'),
    ...confirmable,
    ...focusable,
    options: list(richOption, 10),
    initial_option: richOption.optional(),
  }),
  z.strictObject({
    type: z.literal('checkboxes'),
    ...confirmable,
    ...focusable,
    options: list(richOption, 10),
    initial_options: list(richOption, 10).optional(),
  }),
  z.strictObject({ type: z.literal('datepicker'), ...menu, initial_date: day.optional() }),
  z.strictObject({
    type: z.literal('timepicker'),
    ...menu,
    initial_time: time.optional(),
    timezone: text(100).optional(),
  }),
  z.strictObject({
    type: z.literal('datetimepicker'),
    ...confirmable,
    ...focusable,
    initial_date_time: z.int().optional(),
  }),
] as const;

const overflow = z.strictObject({
  type: z.literal('overflow'),
  ...confirmable,
  options: list(overflowOption, 5),
});

const inputs = [
  z.strictObject({
    type: z.literal('plain_text_input'),
    ...typed,
    initial_value: text(3000, 0).optional(),
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(3000, 'must be less than 3001').optional(),
    max_length: z.int().min(1).max(3000, 'must be less than 3001').optional(),
  }),
  z.strictObject({ type: z.literal('email_text_input'), ...typed, initial_value: text(3000, 0).optional() }),
  z.strictObject({ type: z.literal('url_text_input'), ...typed, initial_value: text(3000, 0).optional() }),
  z.strictObject({
    type: z.literal('number_input'),
    ...typed,
    is_decimal_allowed: z.boolean(),
    initial_value: text(255).optional(),
    min_value: text(255).optional(),
    max_value: text(255).optional(),
  }),
] as const;

const richTextInput = z.strictObject({
  type: z.literal('rich_text_input'),
  ...typed,
  initial_value: richText.optional(),
});

export const imageElement = z
  .strictObject({ type: z.literal('image'), ...image })
  .refine(hasOneSource, ONE_SOURCE);

const feedbackChoice = z.strictObject({
  text: plain(75),
  value: text(2000),
  accessibility_label: text(75).optional(),
});

export const accessory = z.discriminatedUnion('type', [
  button,
  overflow,
  imageElement,
  ...selects,
  ...choices,
]);
export const action = z.discriminatedUnion('type', [button, overflow, richTextInput, ...selects, ...choices]);
export const input = z.discriminatedUnion('type', [richTextInput, ...inputs, ...selects, ...choices]);
export const contextual = z.discriminatedUnion('type', [imageElement, ...anyText(3000).options]);
export const contextAction = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('feedback_buttons'),
    ...actionable,
    positive_button: feedbackChoice,
    negative_button: feedbackChoice,
  }),
  z.strictObject({
    type: z.literal('icon_button'),
    ...confirmable,
    icon: text(255),
    text: plain(75),
    accessibility_label: text(75).optional(),
    value: text(2000, 0).optional(),
    visible_to_user_ids: z.array(identifier).optional(),
  }),
]);
