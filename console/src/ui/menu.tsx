import { useEffect, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import { ChevronDownIcon } from "./icons";

interface MenuProps {
  label: string;
  /** Shown in place of the label, which then is read out only. */
  icon?: ReactElement;
  /** Shown on the button in place of the label. */
  caption?: ReactNode;
  align?: "left" | "right";
  children: ReactNode;
  /** In the dark bar on top. */
  bar?: boolean;
  /** Small and without a frame, for rows of tables. */
  plain?: boolean;
}

/** A button that opens things below it. They close with Escape, with a press elsewhere, and when one of them was chosen. */
export function Menu({ label, icon, caption, align = "left", children, bar = false, plain = false }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (open) place(list.current, button.current, align);
  }, [open, align]);
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("scroll", outside, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("scroll", outside, true);
    };
  }, [open]);
  return (
    <div
      className="ui-menu"
      ref={box}
      onKeyDown={(event) => {
        if (event.key === "Escape" && open) {
          event.preventDefault();
          event.stopPropagation();
          setOpen(false);
          button.current?.focus();
        }
        if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
          event.preventDefault();
          moveFocus(box.current, event.key === "ArrowDown" ? 1 : -1);
        }
      }}
    >
      <button
        ref={button}
        type="button"
        className={bar ? "ui-barbutton" : plain ? "ui-menubutton ui-menubutton-plain" : "ui-menubutton"}
        aria-expanded={open}
        aria-label={plain || (icon && !caption) ? label : undefined}
        title={icon && !caption ? label : undefined}
        onClick={() => setOpen(!open)}
      >
        {icon}
        {(caption ?? (icon ? null : label)) && <span>{caption ?? label}</span>}
        <ChevronDownIcon aria-hidden="true" />
      </button>
      {open && (
        <div ref={list} className="ui-menu-list" onClick={(event) => isItem(event.target) && setOpen(false)}>
          {children}
        </div>
      )}
    </div>
  );
}

// At its button but fixed to the window, so that no table cuts it off; above where there is no room below.
function place(list: HTMLElement | null, button: HTMLElement | null, align: "left" | "right"): void {
  if (!list || !button) return;
  const at = button.getBoundingClientRect();
  const above = at.bottom + 4 + list.offsetHeight > innerHeight && at.top > list.offsetHeight;
  const left = align === "left" ? at.left : at.right - list.offsetWidth;
  list.style.top = `${above ? at.top - 4 - list.offsetHeight : at.bottom + 4}px`;
  list.style.left = `${Math.max(8, Math.min(left, innerWidth - list.offsetWidth - 8))}px`;
}

function isItem(target: EventTarget): boolean {
  return target instanceof Element && target.closest(".ui-menu-item, a") !== null;
}

function moveFocus(box: HTMLElement | null, by: number): void {
  const items = [...(box?.querySelectorAll<HTMLElement>(".ui-menu-list button, .ui-menu-list a, .ui-menu-list input") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + by + items.length) % items.length]?.focus();
}

interface MenuItemProps {
  children: ReactNode;
  onClick: () => void;
  icon?: ReactElement;
  danger?: boolean;
  disabled?: boolean;
  /** Whether it is the one that holds, of several to choose from. */
  current?: boolean;
}

export function MenuItem({ children, onClick, icon, danger = false, disabled = false, current }: MenuItemProps) {
  return (
    <button
      type="button"
      className={danger ? "ui-menu-item ui-menu-danger" : "ui-menu-item"}
      disabled={disabled}
      aria-current={current ? "true" : undefined}
      onClick={onClick}
    >
      {icon}
      {children}
    </button>
  );
}
