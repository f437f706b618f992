import { Field, type FieldProps } from "./fields";

/** A moment, to the minute, in the zone of the browser; undefined for none. Unix seconds. */
export function MomentField({ value, onChange, ...field }: FieldProps & { value: number | undefined; onChange: (seconds: number | undefined) => void }) {
  return (
    <Field {...field}>
      <input
        type="datetime-local"
        className="ui-input"
        value={value === undefined ? "" : local(value)}
        onChange={(event) => {
          const at = new Date(event.target.value);
          onChange(Number.isNaN(at.getTime()) ? undefined : Math.floor(at.getTime() / 1000));
        }}
      />
    </Field>
  );
}

function local(seconds: number): string {
  const at = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
