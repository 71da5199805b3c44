/** The interactive part of Block Kit, checked as it comes in; `slack-blocks-to-jsx` draws the rest but reports no clicks. */
import { z } from 'zod';

export const textSchema = z.object({ type: z.enum(['plain_text', 'mrkdwn']), text: z.string() });
const confirm = z.object({
  title: textSchema,
  text: textSchema,
  confirm: textSchema,
  deny: textSchema,
  style: z.enum(['primary', 'danger']).optional(),
});
const option = z.object({
  text: textSchema,
  value: z.string(),
  description: textSchema.optional(),
  url: z.string().optional(),
});
const optionGroup = z.object({ label: textSchema, options: z.array(option) });

const common = {
  action_id: z.string().default(''),
  confirm: confirm.optional(),
  placeholder: textSchema.optional(),
  focus_on_load: z.boolean().optional(),
};
const options = {
  options: z.array(option).optional(),
  option_groups: z.array(optionGroup).optional(),
};

const button = z.object({
  type: z.literal('button'),
  ...common,
  text: textSchema,
  value: z.string().optional(),
  url: z.string().optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().optional(),
});
const overflow = z.object({ type: z.literal('overflow'), ...common, options: z.array(option) });
const select = z.object({
  type: z.literal('static_select'),
  ...common,
  ...options,
  initial_option: option.optional(),
});
const radios = z.object({
  type: z.literal('radio_buttons'),
  ...common,
  options: z.array(option),
  initial_option: option.optional(),
});
const checkboxes = z.object({
  type: z.enum(['checkboxes', 'multi_static_select']),
  ...common,
  ...options,
  initial_options: z.array(option).optional(),
});
const usersSelect = z.object({
  type: z.literal('users_select'),
  ...common,
  initial_user: z.string().optional(),
});
const usersMultiSelect = z.object({
  type: z.literal('multi_users_select'),
  ...common,
  initial_users: z.array(z.string()).optional(),
});
const channelSelect = z.object({
  type: z.enum(['channels_select', 'conversations_select']),
  ...common,
  initial_channel: z.string().optional(),
  initial_conversation: z.string().optional(),
});
const textInput = z.object({
  type: z.enum(['plain_text_input', 'email_text_input', 'url_text_input', 'number_input']),
  ...common,
  initial_value: z.string().optional(),
  multiline: z.boolean().optional(),
  min_length: z.number().optional(),
  max_length: z.number().optional(),
});
const datePicker = z.object({
  type: z.literal('datepicker'),
  ...common,
  initial_date: z.string().optional(),
});
const timePicker = z.object({
  type: z.literal('timepicker'),
  ...common,
  initial_time: z.string().optional(),
});

const momentPicker = z.object({
  type: z.literal('datetimepicker'),
  ...common,
  /** Seconds since 1970. */
  initial_date_time: z.number().optional(),
});

export const choiceSchema = z.discriminatedUnion('type', [
  select,
  radios,
  checkboxes,
  usersSelect,
  usersMultiSelect,
  channelSelect,
  textInput,
  datePicker,
  timePicker,
  momentPicker,
]);
export const elementSchema = z.discriminatedUnion('type', [button, overflow, ...choiceSchema.options]);

export type Text = z.infer<typeof textSchema>;
export type Confirm = z.infer<typeof confirm>;
export type Option = z.infer<typeof option>;
export type Button = z.infer<typeof button>;
export type Overflow = z.infer<typeof overflow>;
/** An element that holds a value: in a modal it is read at submission, in a message each change is an action. */
export type Choice = z.infer<typeof choiceSchema>;
export type Element = z.infer<typeof elementSchema>;

/** All options of an element that has them, grouped or not. */
export function optionsOf(element: {
  options?: Option[] | undefined;
  option_groups?: z.infer<typeof optionGroup>[] | undefined;
}) {
  return element.options ?? element.option_groups?.flatMap((group) => group.options) ?? [];
}
