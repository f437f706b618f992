import { useId, useLayoutEffect, useRef, type ReactNode } from "react";
import Input from "tdesign-react/es/input";
import TSelect from "tdesign-react/es/select";
import Textarea from "tdesign-react/es/textarea";
import { SearchIcon } from "./icons";

export interface FieldProps {
  label: string;
  /** What to enter, below the control. */
  hint?: ReactNode;
  /** What is wrong with what was entered. */
  error?: string | undefined;
  required?: boolean;
}

/**
 * A control with its label, hint and error. Components of TDesign do not take an id or ARIA attributes, so they are bound to
 * the first control inside after each drawing.
 */
export function Field({ label, hint: advice, error, required = false, children }: FieldProps & { children: ReactNode }) {
  const hint = advice === error ? undefined : advice; // an error that repeats the hint takes its place
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  useLayoutEffect(() => {
    const control = box.current?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select, button");
    if (!control) return;
    control.id = id;
    assign(control, "aria-describedby", described);
    assign(control, "aria-invalid", error ? "true" : "");
    assign(control, "aria-required", required ? "true" : "");
  });
  return (
    <div className={["ui-field", error && "ui-field-wrong", required && "ui-field-required"].filter(Boolean).join(" ")}>
      <label htmlFor={id}>
        {label}
      </label>
      <div className="ui-field-control" ref={box}>
        {children}
        {hint && (
          <div id={`${id}-hint`} className="ui-hint">
            {hint}
          </div>
        )}
        {error && (
          <div id={`${id}-error`} className="ui-wrong" role="alert">
            {error}
          </div>
        )}
      </div>
    </div>
  );
}

function assign(element: HTMLElement, name: string, value: string): void {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

interface TextFieldProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  autoComplete?: string;
  autoFocus?: boolean;
  disabled?: boolean;
  maxLength?: number;
  onBlur?: () => void;
}

export function TextField({ value, onChange, placeholder = "", autoComplete = "off", autoFocus, disabled, maxLength, onBlur, ...field }: TextFieldProps) {
  return (
    <Field {...field}>
      <Input
        value={value}
        onChange={onChange}
        placeholder={placeholder}
        autocomplete={autoComplete}
        {...(autoFocus ? { autofocus: true } : {})}
        {...(disabled ? { disabled } : {})}
        {...(maxLength ? { maxlength: maxLength } : {})}
        {...(onBlur ? { onBlur } : {})}
        {...(field.error ? { status: "error" as const } : {})}
      />
    </Field>
  );
}

interface CellInputProps {
  /** What is entered, and of which row. */
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  placeholder?: string;
  maxLength?: number;
  autoFocus?: boolean;
}

/** A text that is entered in a cell of a table, whose error stands below it. */
export function CellInput({ label, value, onChange, error, ...input }: CellInputProps) {
  const id = useId();
  return (
    <>
      <input
        {...input}
        className="ui-input ui-cellinput"
        aria-label={label}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? id : undefined}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {error && (
        <div id={id} className="ui-wrong">
          {error}
        </div>
      )}
    </>
  );
}

export function PasswordField({ value, onChange, autoComplete = "current-password", autoFocus, placeholder = "", ...field }: TextFieldProps) {
  return (
    <Field {...field}>
      <Input
        type="password"
        value={value}
        onChange={onChange}
        placeholder={placeholder}
        autocomplete={autoComplete}
        {...(autoFocus ? { autofocus: true } : {})}
        {...(field.error ? { status: "error" as const } : {})}
      />
    </Field>
  );
}

interface NumberFieldProps extends FieldProps {
  value: number | undefined;
  onChange: (value: number | undefined) => void;
  min?: number;
  max?: number;
  /** What is counted, behind the number. */
  unit?: string;
  disabled?: boolean;
}

/** A whole number; undefined while what stands there is none. min and max guide the browser: whoever submits checks them too. */
export function NumberField({ value, onChange, min, max, unit, disabled = false, ...field }: NumberFieldProps) {
  return (
    <Field {...field}>
      <span className="ui-number">
        <input
          type="number"
          className="ui-input"
          step={1}
          min={min}
          max={max}
          disabled={disabled}
          value={value ?? ""}
          onChange={(event) => {
            const next = event.target.valueAsNumber;
            onChange(Number.isSafeInteger(next) ? next : undefined);
          }}
        />
        {unit && <span>{unit}</span>}
      </span>
    </Field>
  );
}

export function TextAreaField({ value, onChange, placeholder = "", rows = 3, maxLength, ...field }: TextFieldProps & { rows?: number }) {
  return (
    <Field {...field}>
      <Textarea
        value={value}
        onChange={(next) => onChange(String(next))}
        placeholder={placeholder}
        rows={rows}
        {...(maxLength ? { maxlength: maxLength } : {})}
      />
    </Field>
  );
}

export interface Option<V extends string | number = string> {
  value: V;
  label: string;
  disabled?: boolean;
}

interface SelectFieldProps<V extends string | number> extends FieldProps {
  value: V | undefined;
  onChange: (value: V) => void;
  options: readonly Option<V>[];
  placeholder?: string;
  disabled?: boolean;
}

/** One of a few. The browser's own control, which keyboards and screen readers know. */
export function SelectField<V extends string | number>({ value, onChange, options, placeholder, disabled = false, ...field }: SelectFieldProps<V>) {
  return (
    <Field {...field}>
      <Select value={value} onChange={onChange} options={options} disabled={disabled} {...(placeholder ? { placeholder } : {})} />
    </Field>
  );
}

interface SelectProps<V extends string | number> {
  value: V | undefined;
  onChange: (value: V) => void;
  options: readonly Option<V>[];
  placeholder?: string;
  disabled?: boolean;
  /** What is chosen, where there is no Field around. */
  label?: string;
}

export function Select<V extends string | number>({ value, onChange, options, placeholder, disabled = false, label }: SelectProps<V>) {
  return (
    <select
      className="ui-select"
      aria-label={label}
      disabled={disabled}
      value={value === undefined ? "" : String(value)}
      onChange={(event) => {
        const chosen = options.find((option) => String(option.value) === event.target.value);
        if (chosen) onChange(chosen.value);
      }}
    >
      {(placeholder !== undefined || value === undefined) && (
        <option value="" disabled>
          {placeholder ?? ""}
        </option>
      )}
      {options.map((option) => (
        <option key={String(option.value)} value={String(option.value)} disabled={option.disabled ?? false}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

interface MultiSelectFieldProps<V extends string | number> extends FieldProps {
  value: readonly V[];
  onChange: (value: V[]) => void;
  options: readonly Option<V>[];
  placeholder?: string;
  /** Options come from elsewhere as one types. */
  onSearch?: (keyword: string) => void;
  loading?: boolean;
  max?: number;
  /** Lets values be typed that are no options. */
  creatable?: boolean;
}

/** Some of many, found by typing. */
export function MultiSelectField<V extends string | number>(props: MultiSelectFieldProps<V>) {
  const { value, onChange, options, placeholder = "", onSearch, loading = false, max, creatable = false, ...field } = props;
  return (
    <Field {...field}>
      <TSelect
        multiple
        filterable
        value={[...value]}
        onChange={(next) => onChange(next as V[])}
        options={options as Option<V>[]}
        placeholder={placeholder}
        loading={loading}
        creatable={creatable}
        {...(max ? { max } : {})}
        {...(onSearch ? { onSearch } : {})}
      />
    </Field>
  );
}

interface CheckboxProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children?: ReactNode;
  /** For one without text beside it. */
  label?: string;
  disabled?: boolean;
  indeterminate?: boolean;
}

export function Checkbox({ checked, onChange, children, label, disabled = false, indeterminate = false }: CheckboxProps) {
  const box = (
    <input
      type="checkbox"
      className="ui-checkbox"
      checked={checked}
      disabled={disabled}
      aria-label={label}
      ref={(node) => {
        if (node) node.indeterminate = indeterminate;
      }}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
  if (!children) return box;
  return (
    <label className="ui-choice">
      {box}
      <span>{children}</span>
    </label>
  );
}

interface RadioGroupProps<V extends string> {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string; hint?: string; disabled?: boolean }[];
  /** Cards show the hint below the name, in boxes. */
  cards?: boolean;
}

export function RadioGroup<V extends string>({ label, value, onChange, options, cards = false }: RadioGroupProps<V>) {
  const name = useId();
  return (
    <fieldset className={cards ? "ui-radios ui-radios-cards" : "ui-radios"}>
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="ui-choice">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.disabled ?? false}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.label}
            {option.hint && <span className="ui-hint">{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface SwitchFieldProps extends FieldProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

export function SwitchField({ checked, onChange, disabled = false, ...field }: SwitchFieldProps) {
  return (
    <Field {...field}>
      <button type="button" role="switch" className="ui-switch" aria-checked={checked} disabled={disabled} onClick={() => onChange(!checked)}>
        <span />
      </button>
    </Field>
  );
}

interface SearchBoxProps {
  label: string;
  value: string;
  /** Called as one types. Pages that ask hufu wait with useDelayed. */
  onChange: (value: string) => void;
}

export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  return (
    <span className="ui-search">
      <SearchIcon aria-hidden="true" />
      <input type="search" aria-label={label} placeholder={label} value={value} autoComplete="off" onChange={(event) => onChange(event.target.value)} />
    </span>
  );
}
