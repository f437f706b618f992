import { useEffect, useState } from "react";
import { common, useText } from "@/i18n";
import { Button } from "./button";
import { Select } from "./fields";
import { ChevronLeftIcon, ChevronRightIcon } from "./icons";

export interface Paging {
  /** From 1. */
  page: number;
  size: number;
  total: number;
  onChange: (page: number, size: number) => void;
}

const sizes = [10, 20, 50, 100];

export function Pagination({ page, size, total, onChange }: Paging) {
  const text = useText(common);
  const last = Math.max(1, Math.ceil(total / size));
  return (
    <nav className="ui-pagination" aria-label={text("pages")}>
      <span>{text("total", { count: total })}</span>
      <Select
        label={text("perPage")}
        value={size}
        options={sizes.map((value) => ({ value, label: `${value}` }))}
        onChange={(next) => onChange(1, next)}
      />
      <Button kind="text" size="small" icon={<ChevronLeftIcon />} label={text("previousPage")} disabled={page <= 1} onClick={() => onChange(page - 1, size)} />
      <span>{text("pageOf", { page, pages: last })}</span>
      <Button kind="text" size="small" icon={<ChevronRightIcon />} label={text("nextPage")} disabled={page >= last} onClick={() => onChange(page + 1, size)} />
    </nav>
  );
}

/**
 * The page of a list that hufu pages: `offset` and `limit` for the call, and `of(total)` for the table. Filters call `first` when
 * they change, because their list begins anew.
 */
export function usePaging(initialSize = 20) {
  const [at, setAt] = useState({ page: 1, size: initialSize });
  return {
    offset: (at.page - 1) * at.size,
    limit: at.size,
    page: at.page,
    first: () => setAt((now) => (now.page === 1 ? now : { ...now, page: 1 })),
    of: (total: number): Paging => ({ ...at, total, onChange: (page, size) => setAt({ page, size }) }),
  };
}

/** A value once it has been the same for a moment: what a search asks for while one types. */
export function useDelayed<T>(value: T, milliseconds = 250): T {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return delayed;
}
