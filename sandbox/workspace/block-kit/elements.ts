/** Block elements, and which of them each kind of block takes. */
import { z } from 'zod';
import {
  anyText,
  hasOneSource,
  image,
  ONE_SOURCE,
  overflowOption,
  plain,
  richOption,
  styled,
} from './composition.ts';
import {
  AMONG_OPTIONS,
  actionable,
  confirmable,
  focusable,
  isAmongOptions,
  menu,
  typed,
} from './element-parts.ts';
import { identifier, list, text, url } from './primitives.ts';
import { richText } from './rich-text.ts';
import { selects } from './selects.ts';

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

const choices = [
  z
    .strictObject({
      type: z.literal('radio_buttons'),
      ...confirmable,
      ...focusable,
      options: list(richOption, 10),
      initial_option: richOption.optional(),
    })
    .refine(isAmongOptions, AMONG_OPTIONS),
  z
    .strictObject({
      type: z.literal('checkboxes'),
      ...confirmable,
      ...focusable,
      options: list(richOption, 10),
      initial_options: list(richOption, 10).optional(),
    })
    .refine(isAmongOptions, AMONG_OPTIONS),
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
