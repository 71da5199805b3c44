/** What is typed rather than picked from a list: text, numbers, addresses, dates and times. */
import type { KeyboardEvent } from 'react';
import type { ChoiceProps } from './choice.tsx';
import type { Choice } from './schema.ts';

type Typed = Extract<
  Choice,
  | { initial_value?: unknown }
  | { initial_date?: unknown }
  | { initial_time?: unknown }
  | { initial_date_time?: unknown }
>;

const INPUT_TYPE: Record<Typed['type'], string> = {
  plain_text_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
};

export function TextChoice(props: ChoiceProps<Typed>) {
  const { element, id, chosen, name, describedBy, invalid, disabled, onChoose, onCommit } = props;
  const hasLength =
    element.type !== 'datepicker' && element.type !== 'timepicker' && element.type !== 'datetimepicker';
  const shared = {
    id,
    className: 'field-control',
    'aria-label': name,
    'aria-describedby': describedBy,
    'aria-invalid': invalid,
    placeholder: element.placeholder?.text,
    minLength: hasLength ? element.min_length : undefined,
    maxLength: hasLength ? element.max_length : undefined,
    disabled,
    autoFocus: element.focus_on_load,
    value: chosen[0] ?? '',
    onChange: (event: { target: { value: string } }) =>
      onChoose(event.target.value === '' ? [] : [event.target.value]),
  };
  if (element.type === 'plain_text_input' && element.multiline === true)
    return <textarea rows={4} {...shared} />;
  const commit = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || onCommit === undefined) return;
    // The modal's own Enter is a submission.
    event.preventDefault();
    onCommit();
  };
  return <input type={INPUT_TYPE[element.type]} {...shared} onKeyDown={commit} />;
}
