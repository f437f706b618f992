import { useId } from "react";

interface ChoicesProps<V extends string> {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string; hint?: string }[];
}

/** One of a few, in a part of a card whose title stands beside it. */
export function Choices<V extends string>({ label, value, onChange, options }: ChoicesProps<V>) {
  const name = useId();
  return (
    <div className="ui-radios" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} className="ui-choice">
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span>
            {option.label}
            {option.hint && <span className="ui-hint">{option.hint}</span>}
          </span>
        </label>
      ))}
    </div>
  );
}
