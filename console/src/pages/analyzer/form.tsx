import { useEffect, useState, type FormEvent, type ReactNode } from "react";
import type { Question } from "@/decision";
import { useText } from "@/i18n";
import { Button, Card, CopyButton, Row } from "@/ui";
import { analyzerText } from "./messages";

/** What is being filled in, which begins anew when another question is asked, as by a link. */
export function useDraft(question: Question): [Question, (part: Partial<Question>) => void] {
  const [draft, setDraft] = useState(question);
  useEffect(() => setDraft(question), [question]);
  return [draft, (part) => setDraft((now) => ({ ...now, ...part }))];
}

interface QuestionFormProps {
  onAsk: () => void;
  disabled: boolean;
  /** Whether the address holds a question that can be passed on. */
  asked: boolean;
  children: ReactNode;
}

/** The frame of a question: Enter asks it. */
export function QuestionForm({ onAsk, disabled, asked, children }: QuestionFormProps) {
  const text = useText(analyzerText);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!disabled) onAsk();
  };
  return (
    <Card>
      <form className="ui-form analyzer-form" onSubmit={send} noValidate>
        {children}
        <Row>
          <Button kind="primary" type="submit" disabled={disabled}>
            {text("ask")}
          </Button>
          {asked && <CopyButton value={location.href} caption={text("copyLink")} />}
        </Row>
      </form>
    </Card>
  );
}

const actionForm = /^[A-Za-z0-9_-]+:[A-Za-z0-9_./:-]+$/;

/** Whether a text can be asked about as an action; hufu knows whether there is such an action. */
export function isAction(text: string): boolean {
  return actionForm.test(text.trim());
}
