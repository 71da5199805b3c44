/** Choices among things that are listed: one from a drop-down, or one or several from the open list. */
import { useId } from 'react';
import type { ChoiceProps } from './choice.tsx';
import type { Option } from './schema.ts';
import { AnyText } from './text-blocks.tsx';

type Shared = Omit<ChoiceProps, 'element'>;

interface SelectOneProps extends Shared {
  placeholder: string;
  groups: { label: string; options: { value: string; label: string }[] }[];
}

export function SelectOne({
  placeholder,
  groups,
  id,
  chosen,
  name,
  describedBy,
  invalid,
  disabled,
  onChoose,
}: SelectOneProps) {
  const options = (group: SelectOneProps['groups'][number]) =>
    group.options.map(({ value, label }) => (
      <option key={value} value={value}>
        {label}
      </option>
    ));
  return (
    <select
      id={id}
      className="field-control select"
      aria-label={name}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      disabled={disabled}
      value={chosen[0] ?? ''}
      onChange={(event) => onChoose(event.target.value === '' ? [] : [event.target.value])}
    >
      <option value="">{placeholder}</option>
      {groups.map((group) =>
        group.label === '' ? (
          options(group)
        ) : (
          <optgroup key={group.label} label={group.label}>
            {options(group)}
          </optgroup>
        ),
      )}
    </select>
  );
}

interface OptionListProps extends Shared {
  single: boolean;
  options: Option[];
}

export function OptionList({
  single,
  options,
  id,
  chosen,
  name,
  describedBy,
  disabled,
  onChoose,
}: OptionListProps) {
  const group = useId();
  const toggle = (value: string) => {
    if (single) onChoose([value]);
    else onChoose(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
  };
  return (
    <fieldset id={id} className="option-list" aria-label={name} aria-describedby={describedBy}>
      {options.map(({ value, text, description }) => (
        <label key={value} className="option">
          <input
            type={single ? 'radio' : 'checkbox'}
            name={group}
            checked={chosen.includes(value)}
            disabled={disabled}
            onChange={() => toggle(value)}
          />
          <span className="option-text">
            <AnyText text={text} />
            {description !== undefined && (
              <span className="option-description">
                <AnyText text={description} />
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
