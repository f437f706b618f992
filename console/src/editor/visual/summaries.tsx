import { useMemo } from "react";
import { useLanguage, useText } from "@/i18n";
import { readDocument } from "@/policy/document";
import { summarize } from "@/policy/summary";
import { Tag } from "@/ui";
import { editor } from "../messages";
import { useCatalogue } from "../use-catalogue";
import { servicesOf } from "./visual-editor";

/** What a document says, a sentence for each statement; nothing for a text that cannot be read. */
export function StatementSummaries({ document: value }: { document: string }) {
  const text = useText(editor);
  const language = useLanguage();
  const read = useMemo(() => readDocument(value), [value]);
  const catalogue = useCatalogue(useMemo(() => (read.ok ? servicesOf(read.document) : []), [read]));
  if (!read.ok || read.document.statements.length === 0) return null;
  return (
    <ul className="editor-findings" aria-label={text("statements")}>
      {read.document.statements.map((statement, index) => {
        const denies = statement.visual && statement.effect === "deny";
        return (
          <li key={index}>
            <Tag kind={!statement.visual ? "default" : denies ? "error" : "success"}>{statement.visual ? text(statement.effect) : text("asText")}</Tag>
            <span>{summarize(statement, catalogue, language)}</span>
          </li>
        );
      })}
    </ul>
  );
}
