import { useId, useRef, type ReactNode } from "react";

/**
 * Something with a sentence that explains it: shown on pointing and on focus, closed with Escape, and read out by screen readers.
 * The sentence is a popover, so that no table cuts it off.
 */
export function Explained({ children, text }: { children: ReactNode; text: ReactNode }) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const tip = useRef<HTMLSpanElement>(null);
  const show = () => {
    const box = anchor.current?.getBoundingClientRect();
    const node = tip.current;
    if (!box || !node || node.matches(":popover-open")) return;
    node.showPopover();
    const below = box.bottom + 6 + node.offsetHeight < innerHeight;
    node.style.top = `${below ? box.bottom + 6 : box.top - 6 - node.offsetHeight}px`;
    node.style.left = `${Math.max(8, Math.min(box.left, innerWidth - node.offsetWidth - 8))}px`;
  };
  const hide = () => {
    if (tip.current?.matches(":popover-open")) tip.current.hidePopover();
  };
  return (
    <span
      className="ui-explained"
      tabIndex={0}
      role="note"
      aria-describedby={id}
      ref={anchor}
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
      onKeyDown={(event) => event.key === "Escape" && hide()}
    >
      {children}
      <span className="ui-tip" role="tooltip" id={id} popover="manual" ref={tip}>
        {text}
      </span>
    </span>
  );
}
