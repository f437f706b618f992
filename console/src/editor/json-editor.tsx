import { useEffect, useRef, useState } from "react";
import { useLanguage, useText } from "@/i18n";
import { complete, servicesNeeded } from "@/policy/complete";
import { lengthOf, maxLength, type DocumentKind } from "@/policy/document";
import { format } from "@/policy/json";
import { Button, ErrorNotice, Tag } from "@/ui";
import type { EditorHandle, Mark } from "./code-mirror";
import "./editor.css";
import { editor } from "./messages";
import { useCatalogueLoader } from "./use-catalogue";
import type { Lint } from "./use-lint";

interface JsonEditorProps {
  label: string;
  value: string;
  /** Without it the text can be read and copied only. */
  onChange?: (text: string) => void;
  kind: DocumentKind;
  /** What the checks of this text found; none are shown without. */
  lint?: Lint;
}

/** The text of a document: highlighted, checked, and completed from what is known of the products. */
export function JsonEditor({ label, value, onChange, kind, lint }: JsonEditorProps) {
  const text = useText(editor);
  const [handle, failure] = [useRef<EditorHandle | null>(null), useState<unknown>()];
  const length = lengthOf(value);
  return (
    <div className="editor">
      <div className="editor-bar">
        <span className={length > maxLength ? "editor-length editor-length-over" : "editor-length"} role="status">
          {text("length", { length, most: maxLength })}
          {length > maxLength && ` - ${text("tooLong", { count: length - maxLength })}`}
        </span>
        {onChange && (
          <Button size="small" onClick={() => onChange(format(value))}>
            {text("format")}
          </Button>
        )}
      </div>
      <TextView label={label} value={value} kind={kind} handle={handle} onFailure={failure[1]} {...(onChange ? { onChange } : {})} {...(lint ? { lint } : {})} />
      <ErrorNotice error={failure[0]} />
      {onChange && <p className="ui-hint">{text("leaveHint")}</p>}
      {lint && <Findings lint={lint} onShow={(from, to) => handle.current?.select(from, to)} />}
    </div>
  );
}

interface TextViewProps extends JsonEditorProps {
  handle: { current: EditorHandle | null };
  onFailure: (error: unknown) => void;
}

function TextView({ label, value, onChange, kind, lint, handle, onFailure }: TextViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const language = useLanguage();
  const load = useCatalogueLoader();
  const [ready, setReady] = useState(false);
  const current = useRef({ value, onChange });
  useEffect(() => {
    current.current = { value, onChange };
  });
  const readOnly = onChange === undefined;
  useEffect(() => {
    let gone = false;
    void import("./code-mirror").then(({ createEditor }) => {
      if (gone || !host.current) return;
      handle.current = createEditor(host.current, {
        text: current.current.value,
        label,
        readOnly,
        language,
        onChange: (text) => current.current.onChange?.(text),
        complete: async (text, offset) => complete(text, offset, await load(servicesNeeded(text, offset)), kind, language),
      });
      setReady(true);
    }, onFailure);
    return () => {
      gone = true;
      handle.current?.destroy();
      handle.current = null;
      setReady(false);
    };
  }, [label, readOnly, language, kind, load, handle, onFailure]);
  useEffect(() => {
    if (ready) handle.current?.setText(value);
  }, [ready, value, handle]);
  useEffect(() => {
    if (ready && lint) handle.current?.setMarks(lint.text, lint.findings.map(mark));
  }, [ready, lint, handle]);
  return (
    <div className="editor-text">
      {!ready && <pre className="ui-code editor-waiting">{value}</pre>}
      <div ref={host} hidden={!ready} data-editor={label} />
    </div>
  );
}

function severity(name: string): Mark["severity"] {
  return name === "error" || name === "warning" ? name : "info";
}

function mark(finding: Lint["findings"][number]): Mark {
  return { from: finding.From, to: finding.To, severity: severity(finding.Severity), message: `${finding.Message} (${finding.Code})` };
}

/** What the checks found, each with the way to its place. */
export function Findings({ lint, onShow }: { lint: Lint; onShow?: (from: number, to: number) => void }) {
  const text = useText(editor);
  if (lint.error) return <ErrorNotice error={lint.error} title={text("checkFailed")} />;
  if (lint.findings.length === 0) return <p className="ui-hint" role="status">{text(lint.pending ? "checking" : "noFindings")}</p>;
  return (
    <ul className="editor-findings" aria-label={text("findings")}>
      {lint.findings.map((finding, index) => {
        const kind = severity(finding.Severity);
        const place = text("place", placeOf(lint.text, finding.From));
        return (
          <li key={`${index} ${finding.Code}`}>
            <Tag kind={kind}>{text(kind)}</Tag>
            <span>
              {finding.Message} <code>{finding.Code}</code>
              {finding.Suggestion && (
                <span className="ui-hint">
                  {text("suggestion")} <code>{finding.Suggestion}</code>
                </span>
              )}
            </span>
            {onShow ? (
              <Button kind="text" size="small" onClick={() => onShow(finding.From, finding.To)}>
                {place}
              </Button>
            ) : (
              <span className="ui-hint">{place}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before[before.length - 1]?.length ?? 0) + 1 };
}
