import { useCallback, useEffect, useRef, type ReactNode } from "react";
import { useBlocker, type BlockerFunction } from "react-router";
import { useText } from "@/i18n";
import { ConfirmDanger } from "@/ui";
import { editor } from "./messages";

/**
 * Asks before a page with unsaved work is left, by a link of the console or otherwise. Draw `dialog`; call `lift` before leaving
 * after the work was saved.
 */
export function useLeaveGuard(dirty: boolean): { dialog: ReactNode; lift: () => void } {
  const text = useText(editor);
  const lifted = useRef(false);
  const blocked = useCallback<BlockerFunction>(
    ({ currentLocation, nextLocation }) => dirty && !lifted.current && currentLocation.pathname !== nextLocation.pathname,
    [dirty],
  );
  const blocker = useBlocker(blocked);
  useEffect(() => {
    if (!dirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => {
      if (!lifted.current) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [dirty]);
  return {
    lift: () => {
      lifted.current = true;
    },
    dialog: (
      <ConfirmDanger
        open={blocker.state === "blocked"}
        title={text("leaveTitle")}
        confirm={text("leave")}
        onClose={() => blocker.reset?.()}
        onConfirm={() => blocker.proceed?.()}
      >
        {text("leaveText")}
      </ConfirmDanger>
    ),
  };
}
