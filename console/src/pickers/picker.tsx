import { useId, type ReactNode } from "react";
import { common, useText } from "@/i18n";
import { Button, Checkbox, CloseIcon, Empty, ErrorNotice, Pagination, SearchBox, Skeleton, type Paging } from "@/ui";
import { picker } from "./messages";
import "./picker.css";

/** Something that was chosen. The id is text: those of roles do not fit into a number of JavaScript. */
export interface Picked {
  id: string;
  name: string;
}

export interface PickerProps<P extends Picked = Picked> {
  label: string;
  value: readonly P[];
  onChange: (value: P[]) => void;
  /** Ids that are not to be chosen because they are there already; they are shown as such. */
  taken?: ReadonlySet<string>;
  /** How many can be chosen; one is chosen in place of another. */
  most?: number;
}

interface ListProps<P extends Picked> extends PickerProps<P> {
  rows: readonly P[] | undefined;
  /** What is shown of a row beside its name. */
  detail: (row: P) => ReactNode;
  search?: { label: string; value: string; onChange: (value: string) => void };
  filter?: ReactNode;
  paging: Paging;
  error: unknown;
  onRetry: () => void;
}

/** Two lists: what there is, searched and paged by hufu, and what was chosen of it. */
export function PickerList<P extends Picked>(props: ListProps<P>) {
  const { label, value, onChange, rows, search, filter, paging, error, onRetry, most } = props;
  const text = useText(picker);
  const id = useId();
  return (
    <div className="picker" role="group" aria-labelledby={id}>
      <section>
        <h3 id={id}>{label}</h3>
        <div className="ui-row">
          {search && <SearchBox {...search} />}
          {filter}
        </div>
        {error && !rows ? <ErrorNotice error={error} onRetry={onRetry} /> : <Rows {...props} />}
        <Pagination {...paging} />
      </section>
      <section aria-live="polite">
        <h3>
          {text("chosen")} ({value.length})
        </h3>
        {value.length === 0 && <p className="ui-hint">{text("nothingChosen")}</p>}
        {most !== undefined && most > 1 && value.length >= most && <p className="ui-hint">{text("most", { count: most })}</p>}
        <Chosen value={value} onChange={onChange} />
      </section>
    </div>
  );
}

function Rows<P extends Picked>({ rows, value, onChange, taken, most, detail }: ListProps<P>) {
  const text = useText(picker);
  const words = useText(common);
  if (!rows) return <Skeleton lines={6} />;
  if (rows.length === 0) return <Empty title={words("noRows")} />;
  const chosen = new Set(value.map((picked) => picked.id));
  const choose = (row: P, checked: boolean) => {
    const others = value.filter((picked) => picked.id !== row.id);
    onChange(!checked ? others : most === 1 ? [row] : [...others, row]);
  };
  const full = most !== undefined && most > 1 && value.length >= most;
  return (
    <ul className="picker-rows">
      {rows.map((row) => {
        const there = taken?.has(row.id) ?? false;
        return (
          <li key={row.id}>
            <Checkbox checked={there || chosen.has(row.id)} disabled={there || (full && !chosen.has(row.id))} onChange={(checked) => choose(row, checked)}>
              {row.name}
              <span className="picker-detail">
                {detail(row)}
                {there && ` - ${text("taken")}`}
              </span>
            </Checkbox>
          </li>
        );
      })}
    </ul>
  );
}

/** What was chosen, each with a button that takes it back. */
export function Chosen<P extends Picked>({ value, onChange }: { value: readonly P[]; onChange: (value: P[]) => void }) {
  const words = useText(common);
  return (
    <ul className="picker-chosen">
      {value.map((picked) => (
        <li key={picked.id}>
          <span>{picked.name}</span>
          <Button
            kind="text"
            size="small"
            icon={<CloseIcon />}
            label={`${words("remove")} ${picked.name}`}
            onClick={() => onChange(value.filter((other) => other.id !== picked.id))}
          />
        </li>
      ))}
    </ul>
  );
}
