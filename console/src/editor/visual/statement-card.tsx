import { useId, useState, type ReactNode } from "react";
import { useLanguage, useText } from "@/i18n";
import type { Catalogue } from "@/policy/catalogue";
import { duplicateStatement, moveStatementDown, removeStatement, replaceStatement, setEffect } from "@/policy/change";
import type { Document, DocumentKind, Statement, TextStatement, VisualStatement } from "@/policy/document";
import { parseJson } from "@/policy/json";
import { syntaxMessages } from "@/policy/messages";
import { summarize } from "@/policy/summary";
import { Button, ChevronDownIcon, ChevronUpIcon, CopyIcon, DeleteIcon, Tag, TextAreaField } from "@/ui";
import { editor } from "../messages";
import { Actions } from "./actions";
import { Choices } from "./choices";
import { Conditions } from "./conditions";
import { PrincipalsPart } from "./principals";
import { Resources } from "./resources";

interface StatementCardProps {
  value: string;
  document: Document;
  statement: Statement;
  index: number;
  kind: DocumentKind;
  catalogue: Catalogue;
  onChange: (text: string) => void;
}

/** What the parts of a card need to change their statement. */
export interface PartProps {
  value: string;
  statement: VisualStatement;
  catalogue: Catalogue;
  onChange: (text: string) => void;
}

export function StatementCard(props: StatementCardProps) {
  const { statement, index, catalogue } = props;
  const text = useText(editor);
  const language = useLanguage();
  const id = useId();
  const look = !statement.visual ? "statement statement-text" : statement.effect === "deny" ? "statement statement-deny" : "statement";
  return (
    <section className={look} aria-labelledby={id}>
      <header>
        <h3 id={id}>
          {text("statement", { number: index + 1 })} {!statement.visual && <Tag kind="warning">{text("asText")}</Tag>}
          {statement.visual && statement.id && <Tag>{statement.id}</Tag>}
        </h3>
        <CardButtons {...props} />
      </header>
      <p className="statement-summary" role="status">
        {summarize(statement, catalogue, language)}
      </p>
      {statement.visual ? <VisualParts {...props} statement={statement} /> : <TextPart {...props} statement={statement} />}
    </section>
  );
}

function CardButtons({ value, document, index, onChange }: StatementCardProps) {
  const text = useText(editor);
  const name = text("statement", { number: index + 1 });
  const last = document.statements.length - 1;
  return (
    <div className="ui-row">
      {last > 0 && (
        <>
          <Button kind="text" size="small" icon={<ChevronUpIcon />} label={`${text("moveUp")}: ${name}`} disabled={index === 0} onClick={() => onChange(moveStatementDown(value, document, index - 1))} />
          <Button kind="text" size="small" icon={<ChevronDownIcon />} label={`${text("moveDown")}: ${name}`} disabled={index === last} onClick={() => onChange(moveStatementDown(value, document, index))} />
        </>
      )}
      <Button kind="text" size="small" icon={<CopyIcon />} label={`${text("duplicate")}: ${name}`} onClick={() => onChange(duplicateStatement(value, document, index))} />
      <Button kind="text" size="small" icon={<DeleteIcon />} label={text("remove", { name })} onClick={() => onChange(removeStatement(value, document, index))} />
    </div>
  );
}

/** A part of a card: its name, and what is in it. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="statement-part">
      <h4>{title}</h4>
      <div>{children}</div>
    </div>
  );
}

function VisualParts({ value, statement, kind, catalogue, onChange }: StatementCardProps & { statement: VisualStatement }) {
  const text = useText(editor);
  const part = { value, statement, catalogue, onChange };
  const trust = kind === "trust";
  return (
    <>
      <Part title={text("effect")}>
        <Choices
          label={text("effect")}
          value={statement.effect}
          onChange={(effect) => onChange(setEffect(value, statement, effect))}
          options={[
            { value: "allow", label: text("allow") },
            { value: "deny", label: text("deny") },
          ]}
        />
      </Part>
      {trust && <PrincipalsPart {...part} />}
      <Actions {...part} trust={trust} />
      {(!trust || statement.resources !== undefined) && <Resources {...part} />}
      <Conditions {...part} trust={trust} />
    </>
  );
}

const reasons = {
  notObject: "reasonNotObject",
  unknownMember: "reasonUnknownMember",
  repeatedMember: "reasonRepeatedMember",
  effect: "reasonEffect",
  action: "reasonAction",
  resource: "reasonResource",
  condition: "reasonCondition",
  principal: "reasonPrincipal",
  id: "reasonId",
} as const;

// What is typed takes effect once it can be read: a broken text would take all other cards away.
function TextPart({ value, document, statement, index, onChange }: StatementCardProps & { statement: TextStatement }) {
  const text = useText(editor);
  const problems = useText(syntaxMessages);
  const current = value.slice(statement.node.from, statement.node.to);
  const [draft, setDraft] = useState(current);
  const parsed = parseJson(draft);
  const change = (next: string) => {
    setDraft(next);
    if (parseJson(next).ok) onChange(replaceStatement(value, document, index, next.trim()));
  };
  return (
    <TextAreaField
      label={text("statement", { number: index + 1 })}
      hint={text(reasons[statement.reason], { member: statement.member })}
      value={parsed.ok && draft.trim() !== current ? current : draft}
      onChange={change}
      rows={Math.min(16, Math.max(4, current.split("\n").length))}
      error={parsed.ok ? undefined : problems(parsed.fault.problem)}
    />
  );
}
