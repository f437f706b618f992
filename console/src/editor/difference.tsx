import { useEffect, useRef, useState } from "react";
import { useLanguage, useText } from "@/i18n";
import { format } from "@/policy/json";
import { ErrorNotice, Skeleton } from "@/ui";
import "./editor.css";
import { editor } from "./messages";

interface DifferenceProps {
  before: string;
  after: string;
  beforeLabel: string;
  afterLabel: string;
}

/** Two documents side by side. Both are laid out alike, an item a line, so that only what they say differs. */
export function Difference({ before, after, beforeLabel, afterLabel }: DifferenceProps) {
  const text = useText(editor);
  const language = useLanguage();
  const host = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<{ ready: boolean; error?: unknown }>({ ready: false });
  const [left, right] = [format(before, 0), format(after, 0)];
  useEffect(() => {
    let remove: (() => void) | undefined;
    let gone = false;
    void import("./difference-view").then(
      ({ showDifference }) => {
        if (gone || !host.current) return;
        remove = showDifference(host.current, { before: left, after: right, beforeLabel, afterLabel, language });
        setState({ ready: true });
      },
      (error: unknown) => setState({ ready: false, error }),
    );
    return () => {
      gone = true;
      remove?.();
    };
  }, [left, right, beforeLabel, afterLabel, language]);
  return (
    <div className="editor">
      <div className="editor-sides">
        <strong>{beforeLabel}</strong>
        <strong>{afterLabel}</strong>
      </div>
      {left === right && <p className="ui-hint">{text("sameText")}</p>}
      <ErrorNotice error={state.error} />
      {!state.ready && !state.error && <Skeleton />}
      <div className="editor-text" hidden={!state.ready}>
        <div ref={host} />
      </div>
    </div>
  );
}
