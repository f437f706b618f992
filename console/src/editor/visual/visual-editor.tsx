import { useMemo } from "react";
import { useText } from "@/i18n";
import { serviceOf, parseAction } from "@/policy/action";
import { addStatement } from "@/policy/change";
import { readDocument, type Document, type DocumentKind } from "@/policy/document";
import type { Value } from "@/policy/edit";
import { syntaxMessages } from "@/policy/messages";
import { AddIcon, Alert, Button, Empty } from "@/ui";
import "../editor.css";
import { editor } from "../messages";
import { useCatalogue } from "../use-catalogue";
import { StatementCard } from "./statement-card";

interface VisualEditorProps {
  value: string;
  onChange: (text: string) => void;
  kind: DocumentKind;
  /** Goes to the text, for documents that cards cannot show. */
  onText: () => void;
}

/** A document as cards, one a statement. */
export function VisualEditor({ value, onChange, kind, onText }: VisualEditorProps) {
  const text = useText(editor);
  const problems = useText(syntaxMessages);
  const read = useMemo(() => readDocument(value), [value]);
  const catalogue = useCatalogue(useMemo(() => (read.ok ? servicesOf(read.document) : []), [read]));
  if (!read.ok) {
    return (
      <Alert kind="warning" title={text("asTextWhole")} actions={<Button onClick={onText}>{text("asTextGoJson")}</Button>}>
        {problems(read.fault.problem)}
      </Alert>
    );
  }
  const { document } = read;
  const add = (
    <Button icon={<AddIcon />} onClick={() => onChange(addStatement(value, document, newStatement(kind)))}>
      {text("addStatement")}
    </Button>
  );
  return (
    <>
      {document.statements.length === 0 && (
        <Empty title={text("noStatements")} action={add}>
          {text(kind === "trust" ? "trustNoStatementsText" : "noStatementsText")}
        </Empty>
      )}
      {document.statements.map((statement, index) => (
        <StatementCard key={index} value={value} document={document} statement={statement} index={index} kind={kind} catalogue={catalogue} onChange={onChange} />
      ))}
      {document.statements.length > 0 && <div>{add}</div>}
    </>
  );
}

function newStatement(kind: DocumentKind): Value {
  return kind === "trust" ? { effect: "allow", action: "name/sts:AssumeRole", principal: {} } : { effect: "allow", action: [], resource: "*" };
}

/** The services that a document's actions name. */
export function servicesOf(document: Document): string[] {
  const services = new Set<string>();
  for (const statement of document.statements) {
    if (!statement.visual) continue;
    for (const action of statement.actions) {
      const service = parseAction(action)?.service ?? "";
      if (service && serviceOf([action]) !== "*") services.add(service);
    }
  }
  return [...services];
}
