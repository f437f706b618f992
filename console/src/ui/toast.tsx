import { useSyncExternalStore } from "react";
import { common, useText } from "@/i18n";
import { CloseIcon } from "./icons";

type Kind = "success" | "error" | "info";
interface Entry {
  id: number;
  kind: Kind;
  message: string;
}

let entries: readonly Entry[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: readonly Entry[]): void {
  entries = next;
  for (const listener of listeners) listener();
}

/** Says something in the corner for some seconds. What somebody has to act on belongs into the page, as an ErrorNotice. */
export function toast(kind: Kind, message: string): void {
  last += 1;
  const entry = { id: last, kind, message };
  set([...entries.slice(-3), entry]);
  setTimeout(() => dismiss(entry.id), kind === "error" ? 8000 : 4000);
}

function dismiss(id: number): void {
  set(entries.filter((entry) => entry.id !== id));
}

/** Where toasts appear: once in the console. It is a popover, so that it lies above open dialogs. */
export function Toaster() {
  const text = useText(common);
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => entries,
  );
  return (
    <div
      className="ui-toasts"
      role="status"
      aria-live="polite"
      popover="manual"
      ref={(node) => {
        if (!node?.isConnected) return;
        // Shown anew, it comes before dialogs that were opened since.
        if (node.matches(":popover-open")) node.hidePopover();
        if (shown.length > 0) node.showPopover();
      }}
    >
      {shown.map((entry) => (
        <div key={entry.id} className={`ui-toast ui-toast-${entry.kind}`}>
          <span>{entry.message}</span>
          <button type="button" className="ui-iconbutton" aria-label={text("dismiss")} onClick={() => dismiss(entry.id)}>
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
