import { useState } from "react";
import { useText } from "@/i18n";
import { isBegun, readDocument, type DocumentKind } from "@/policy/document";
import { Tabs } from "@/ui";
import { Findings, JsonEditor } from "./json-editor";
import { editor } from "./messages";
import { useLint } from "./use-lint";
import { VisualEditor } from "./visual/visual-editor";

type Way = "visual" | "json";

interface DocumentEditorProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  kind: DocumentKind;
  /** Which way to edit is open first; the visual one where it can show the document. */
  first?: Way;
}

/** A document to be edited, by cards or as text. Both work on the same text, so that going from one to the other loses nothing. */
export function DocumentEditor({ label, value, onChange, kind, first }: DocumentEditorProps) {
  const text = useText(editor);
  const [way, setWay] = useState<Way>(() => first ?? (readDocument(value).ok ? "visual" : "json"));
  const lint = useLint(value, kind);
  return (
    <Tabs
      label={text("ways")}
      value={way}
      onChange={(key) => setWay(key === "json" ? "json" : "visual")}
      tabs={[
        {
          key: "visual",
          label: text("visual"),
          content: (
            <>
              <VisualEditor value={value} onChange={onChange} kind={kind} onText={() => setWay("json")} />
              {isBegun(value) && <Findings lint={lint} />}
            </>
          ),
        },
        { key: "json", label: text("json"), content: <JsonEditor label={label} value={value} onChange={onChange} kind={kind} lint={lint} /> },
      ]}
    />
  );
}
