/** What a chosen value looks like to a Slack app: `view.state.values` and the payload of a `block_actions` have the same fields. */
import { type Choice, type Option, optionsOf } from './schema.ts';

/** What the person chose, as plain strings: one for most elements, several for checkboxes, none while untouched. */
export type Chosen = string[];

/** Typed values change with every key: they count when Enter says so, or when the modal is submitted. */
export function isTyped(element: Choice): boolean {
  return /_text_input$|^number_input$/.test(element.type);
}

export function initialChoice(element: Choice): Chosen {
  const one = (value: string | undefined) => (value === undefined ? [] : [value]);
  switch (element.type) {
    case 'static_select':
    case 'radio_buttons':
      return one(element.initial_option?.value);
    case 'checkboxes':
    case 'multi_static_select':
      return (element.initial_options ?? []).map(({ value }) => value);
    case 'users_select':
      return one(element.initial_user);
    case 'multi_users_select':
      return element.initial_users ?? [];
    case 'channels_select':
    case 'conversations_select':
      return one(element.initial_channel ?? element.initial_conversation);
    case 'datepicker':
      return one(element.initial_date);
    case 'timepicker':
      return one(element.initial_time);
    case 'datetimepicker':
      return one(element.initial_date_time === undefined ? undefined : onWall(element.initial_date_time));
    default:
      return one(element.initial_value);
  }
}

/** Seconds since 1970 as the browser's own clock shows them, to the minute. */
function onWall(seconds: number): string {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const plain = ({ text, value }: Option) => ({ text, value });

export function payloadOf(element: Choice, chosen: Chosen): Record<string, unknown> {
  const first = chosen[0] === undefined || chosen[0] === '' ? null : chosen[0];
  const type = element.type;
  switch (type) {
    case 'static_select':
    case 'radio_buttons': {
      const option = optionsOf(element).find(({ value }) => value === first);
      return { type, selected_option: option === undefined ? null : plain(option) };
    }
    case 'checkboxes':
    case 'multi_static_select':
      return {
        type,
        selected_options: optionsOf(element)
          .filter(({ value }) => chosen.includes(value))
          .map(plain),
      };
    case 'users_select':
      return { type, selected_user: first };
    case 'multi_users_select':
      return { type, selected_users: chosen };
    case 'channels_select':
      return { type, selected_channel: first };
    case 'conversations_select':
      return { type, selected_conversation: first };
    case 'datepicker':
      return { type, selected_date: first };
    case 'timepicker':
      return { type, selected_time: first };
    case 'datetimepicker':
      return { type, selected_date_time: first === null ? null : Math.floor(Date.parse(first) / 1000) };
    default:
      return { type, value: first };
  }
}
