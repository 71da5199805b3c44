/** Every element that holds a value, drawn with the browser's own controls: they work with thumbs, keys and screen readers. */

import { emojified } from '../emoji.ts';
import { OptionList, SelectOne } from './choice-options.tsx';
import { TextChoice } from './choice-text.tsx';
import { type Choice, optionsOf } from './schema.ts';
import { useDirectory } from './surface.ts';
import type { Chosen } from './values.ts';

export interface ChoiceProps<T = Choice> {
  element: T;
  /** For a visible label to point to. */
  id?: string;
  chosen: Chosen;
  /** What the control is called, for who cannot see what stands beside it. */
  name: string;
  /** The id of the hint or the error below it. */
  describedBy?: string | undefined;
  invalid?: boolean;
  disabled: boolean;
  onChoose(chosen: Chosen): void;
  /** Enter in a line of text. */
  onCommit?: (() => void) | undefined;
}

export function ChoiceControl({ element, ...rest }: ChoiceProps) {
  const { users, channels } = useDirectory();
  const people = users.map(({ id, realName }) => ({ value: id, label: realName }));
  const placeholder = element.placeholder?.text;
  switch (element.type) {
    case 'static_select': {
      const groups = element.option_groups?.map(({ label, options }) => ({
        label: label.text,
        options: options.map(({ value, text }) => ({ value, label: emojified(text.text) })),
      }));
      const flat = optionsOf(element).map(({ value, text }) => ({ value, label: emojified(text.text) }));
      return (
        <SelectOne
          {...rest}
          placeholder={placeholder ?? 'Choose…'}
          groups={groups ?? [{ label: '', options: flat }]}
        />
      );
    }
    case 'users_select':
      return (
        <SelectOne
          {...rest}
          placeholder={placeholder ?? 'Choose a person…'}
          groups={[{ label: '', options: people }]}
        />
      );
    case 'channels_select':
    case 'conversations_select': {
      const places = channels
        .filter(({ isDirect }) => !isDirect)
        .map(({ id, name }) => ({ value: id, label: `#${name}` }));
      return (
        <SelectOne
          {...rest}
          placeholder={placeholder ?? 'Choose a channel…'}
          groups={[{ label: '', options: places }]}
        />
      );
    }
    case 'radio_buttons':
      return <OptionList {...rest} single options={element.options} />;
    case 'checkboxes':
    case 'multi_static_select':
      return <OptionList {...rest} single={false} options={optionsOf(element)} />;
    case 'multi_users_select': {
      const options = people.map(({ value, label }) => ({
        value,
        text: { type: 'plain_text' as const, text: label },
      }));
      return <OptionList {...rest} single={false} options={options} />;
    }
    default:
      return <TextChoice {...rest} element={element} />;
  }
}
