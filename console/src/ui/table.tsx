import { useState, type ReactNode } from "react";
import { common, useText } from "@/i18n";
import { read, write } from "@/i18n/language";
import { Button } from "./button";
import { Checkbox } from "./fields";
import { ChevronDownIcon, ChevronUpIcon, ViewColumnIcon } from "./icons";
import { Menu } from "./menu";
import { Empty, ErrorNotice } from "./notice";
import { Pagination, type Paging } from "./pagination";

export interface Column<Row> {
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  /** Least width in pixels; a row that needs more than there is scrolls. */
  width?: number;
  align?: "left" | "right";
  /** May be hidden by whoever looks; `hidden` is so until they say otherwise. */
  optional?: boolean;
  hidden?: boolean;
  /** The order that a click on the heading asks for. */
  sort?: string;
}

interface DataTableProps<Row> {
  /** What the rows are, for screen readers; and the name under which the choice of columns is kept. */
  label: string;
  name?: string;
  columns: readonly Column<Row>[];
  /** undefined while they are on their way. */
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  /** What a row is called, for the labels of its checkbox. */
  rowName?: (row: Row) => string;
  error?: unknown;
  onRetry?: () => void;
  /** Shown when there are no rows: an Empty. */
  empty?: ReactNode;
  paging?: Paging;
  sort?: { by: string; onChange: (by: string) => void };
  selection?: { selected: ReadonlySet<string>; onChange: (selected: ReadonlySet<string>) => void; canSelect?: (row: Row) => boolean };
  /** Actions upon the selected rows, beside their number. Without any the selection is shown elsewhere. */
  bulk?: ReactNode;
  /** Filters and buttons above the table. */
  toolbar?: ReactNode;
  /** More about a row, which opens below it. */
  details?: (row: Row) => ReactNode;
  /** A table among others, without the white area around. */
  plain?: boolean;
}

/** Rows that hufu pages: with states for loading, error and emptiness, selection, and a choice of columns. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { columns, toolbar, selection, bulk, paging, error, rows, plain = false } = props;
  const text = useText(common);
  const [hidden, setHidden] = useHiddenColumns(props.name, columns);
  const shown = columns.filter((column) => !hidden.has(column.key));
  const optional = columns.filter((column) => column.optional);
  const count = selection?.selected.size ?? 0;
  return (
    <div className={plain ? "ui-table-area" : "ui-table-area ui-card"}>
      {(toolbar || optional.length > 0) && (
        <div className="ui-toolbar">
          <div className="ui-row ui-grow">{toolbar}</div>
          {optional.length > 0 && <ColumnChooser columns={optional} hidden={hidden} onChange={setHidden} />}
        </div>
      )}
      {selection && bulk && count > 0 && (
        <div className="ui-bulk" role="group" aria-label={text("selectedCount", { count })}>
          <span>{text("selectedCount", { count })}</span>
          {bulk}
          <Button kind="text" size="small" onClick={() => selection.onChange(new Set())}>
            {text("clearSelection")}
          </Button>
        </div>
      )}
      {error !== undefined && error !== null && !rows ? (
        <ErrorNotice error={error} {...(props.onRetry ? { onRetry: props.onRetry } : {})} />
      ) : (
        <Grid {...props} shown={shown} />
      )}
      {paging && rows && <Pagination {...paging} />}
    </div>
  );
}

function Grid<Row>({ label, shown, rows, rowKey, empty, sort, selection, rowName, details }: DataTableProps<Row> & { shown: readonly Column<Row>[] }) {
  const text = useText(common);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const selectable = (rows ?? []).filter((row) => selection?.canSelect?.(row) ?? true).map(rowKey);
  const columnCount = shown.length + (selection ? 1 : 0) + (details ? 1 : 0);
  return (
    <div className="ui-table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="ui-table" aria-busy={!rows}>
        <GridHead shown={shown} expands={details !== undefined} {...(sort ? { sort } : {})} {...(selection ? { selection, selectable } : {})} />
        <tbody>
          {!rows && <LoadingRows columns={columnCount} />}
          {rows?.length === 0 && (
            <tr>
              <td colSpan={columnCount}>{empty ?? <Empty title={text("noRows")} />}</td>
            </tr>
          )}
          {rows?.map((row) => {
            const key = rowKey(row);
            return (
              <BodyRow
                key={key}
                row={row}
                shown={shown}
                name={rowName?.(row) ?? key}
                columnCount={columnCount}
                {...(selection
                  ? {
                      selection: {
                        checked: selection.selected.has(key),
                        disabled: !(selection.canSelect?.(row) ?? true),
                        onChange: (checked: boolean) => selection.onChange(toggled(selection.selected, key, checked)),
                      },
                    }
                  : {})}
                {...(details ? { details, open: open.has(key), onOpen: (now: boolean) => setOpen(toggled(open, key, now)) } : {})}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface GridHeadProps<Row> {
  shown: readonly Column<Row>[];
  expands: boolean;
  sort?: { by: string; onChange: (by: string) => void };
  selection?: { selected: ReadonlySet<string>; onChange: (selected: ReadonlySet<string>) => void };
  /** Keys of the rows of this page that can be selected. */
  selectable?: readonly string[];
}

function GridHead<Row>({ shown, expands, sort, selection, selectable = [] }: GridHeadProps<Row>) {
  const text = useText(common);
  const chosen = selectable.filter((key) => selection?.selected.has(key));
  const selectAll = (all: boolean) => {
    const next = new Set(selection?.selected);
    for (const key of selectable) {
      if (all) next.add(key);
      else next.delete(key);
    }
    selection?.onChange(next);
  };
  return (
    <thead>
      <tr>
        {expands && <th className="ui-table-narrow" aria-label={text("show")} />}
        {selection && (
          <th className="ui-table-narrow">
            <Checkbox
              label={text("selectAll")}
              checked={selectable.length > 0 && chosen.length === selectable.length}
              indeterminate={chosen.length > 0 && chosen.length < selectable.length}
              disabled={selectable.length === 0}
              onChange={selectAll}
            />
          </th>
        )}
        {shown.map((column) => (
          <HeadCell key={column.key} column={column} {...(sort ? { sort } : {})} />
        ))}
      </tr>
    </thead>
  );
}

function toggled(set: ReadonlySet<string>, key: string, present: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (present) next.add(key);
  else next.delete(key);
  return next;
}

function HeadCell<Row>({ column, sort }: { column: Column<Row>; sort?: { by: string; onChange: (by: string) => void } }) {
  const text = useText(common);
  const sorted = column.sort !== undefined && column.sort === sort?.by;
  return (
    <th
      scope="col"
      className={column.align === "right" ? "ui-right" : undefined}
      style={column.width ? { minWidth: column.width } : undefined}
      aria-sort={sorted ? "other" : undefined}
    >
      {column.sort !== undefined && sort ? (
        <button
          type="button"
          className={sorted ? "ui-sort ui-sort-on" : "ui-sort"}
          title={text("sortBy", { name: column.title })}
          onClick={() => sort.onChange(column.sort ?? "")}
        >
          {column.title}
          <ChevronDownIcon aria-hidden="true" />
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

interface BodyRowProps<Row> {
  row: Row;
  name: string;
  shown: readonly Column<Row>[];
  columnCount: number;
  selection?: { checked: boolean; disabled: boolean; onChange: (checked: boolean) => void };
  details?: (row: Row) => ReactNode;
  open?: boolean;
  onOpen?: (open: boolean) => void;
}

function BodyRow<Row>({ row, name, shown, columnCount, selection, details, open = false, onOpen }: BodyRowProps<Row>) {
  const text = useText(common);
  return (
    <>
      <tr className={selection?.checked ? "ui-table-chosen" : undefined}>
        {details && (
          <td className="ui-table-narrow">
            <button type="button" className="ui-iconbutton" aria-expanded={open} aria-label={`${text(open ? "hide" : "show")} ${name}`} onClick={() => onOpen?.(!open)}>
              {open ? <ChevronUpIcon /> : <ChevronDownIcon />}
            </button>
          </td>
        )}
        {selection && (
          <td className="ui-table-narrow">
            <Checkbox label={text("selectRow", { name })} {...selection} />
          </td>
        )}
        {shown.map((column) => (
          <td key={column.key} className={column.align === "right" ? "ui-right" : undefined}>
            {filled(column.render(row))}
          </td>
        ))}
      </tr>
      {details && open && (
        <tr className="ui-table-details">
          <td colSpan={columnCount}>{details(row)}</td>
        </tr>
      )}
    </>
  );
}

function filled(value: ReactNode): ReactNode {
  return value === "" || value === null || value === undefined ? "-" : value;
}

function LoadingRows({ columns }: { columns: number }) {
  return Array.from({ length: 5 }, (_, row) => (
    <tr key={row} aria-hidden="true">
      {Array.from({ length: columns }, (_, column) => (
        <td key={column}>
          <span className="ui-skeleton-line" />
        </td>
      ))}
    </tr>
  ));
}

function ColumnChooser<Row>({ columns, hidden, onChange }: { columns: readonly Column<Row>[]; hidden: ReadonlySet<string>; onChange: (hidden: ReadonlySet<string>) => void }) {
  const text = useText(common);
  return (
    <Menu label={text("columns")} icon={<ViewColumnIcon />} align="right">
      <div className="ui-menu-choices">
        {columns.map((column) => (
          <Checkbox key={column.key} checked={!hidden.has(column.key)} onChange={(visible) => onChange(toggled(hidden, column.key, !visible))}>
            {column.title}
          </Checkbox>
        ))}
      </div>
    </Menu>
  );
}

// Which columns are hidden is kept by this browser, under the table's name.
function useHiddenColumns<Row>(name: string | undefined, columns: readonly Column<Row>[]): [ReadonlySet<string>, (hidden: ReadonlySet<string>) => void] {
  const key = name ? `hufu.columns.${name}` : "";
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => {
    const kept = key ? read(key) : null;
    if (kept !== null) return new Set(kept.split(",").filter((column) => columns.some((known) => known.key === column && known.optional)));
    return new Set(columns.filter((column) => column.hidden).map((column) => column.key));
  });
  return [
    hidden,
    (next) => {
      setHidden(next);
      if (key) write(key, [...next].join(","));
    },
  ];
}
