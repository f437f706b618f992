import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { useAction, type In } from "@/api";
import { ActionField, contextOf, DecisionPath, decisionText, Permitted, questionParams, Remedy, ResourceField, Verdict, type Question } from "@/decision";
import { useText } from "@/i18n";
import { Card, LinkButton } from "@/ui";
import { useQuestion } from "./address";
import { PrincipalFields, RequestFields, usePrincipal } from "./fields";
import { isAction, QuestionForm, useDraft } from "./form";
import { analyzerText } from "./messages";

/** Whether a principal may do something, and why. */
export function Explain() {
  const text = useText(analyzerText);
  const { question, ask } = useQuestion("explain");
  const [draft, change] = useDraft(question);
  const principal = usePrincipal(question);
  const asked = principal !== undefined && isAction(question.action);
  const complete = (draft.type === "root" || draft.id !== "") && isAction(draft.action);
  return (
    <>
      <QuestionForm onAsk={() => ask(trimmed(draft))} disabled={!complete} asked={asked}>
        <PrincipalFields question={draft} onChange={change} />
        <ActionField
          label={text("action")}
          hint={text("actionHint")}
          error={draft.action !== "" && !draft.action.endsWith(":") && draft.action.includes(":") && !isAction(draft.action) ? text("actionWrong") : undefined}
          value={draft.action}
          onChange={(action) => change({ action })}
        />
        <ResourceField label={text("resource")} hint={text("resourceHint")} action={draft.action} value={draft.resource} onChange={(resource) => change({ resource })} />
        <RequestFields question={draft} onChange={change} />
      </QuestionForm>
      {asked ? <Explained key={questionParams(question).toString()} question={question} principal={principal} /> : <p className="ui-hint">{text("askFirst")}</p>}
    </>
  );
}

/** A question without blanks around its parts, and without pairs that have no key. */
export function trimmed(question: Question): Question {
  return {
    ...question,
    action: question.action.trim(),
    resource: question.resource.trim(),
    tags: question.tags.filter(([key]) => key !== ""),
    context: question.context.filter(([key]) => key !== ""),
  };
}

/** What a question says of the request, as hufu is asked. */
export function circumstances(question: Question): Pick<In<"hufu", "ExplainDecision">, "Resource" | "ResourceTags" | "Context"> {
  return {
    ...(question.resource ? { Resource: question.resource } : {}),
    ...(question.tags.length > 0 ? { ResourceTags: question.tags.map(([Key, Value]) => ({ Key, Value })) } : {}),
    ...(question.context.length > 0 ? { Context: contextOf(question.context) } : {}),
  };
}

function Explained({ question, principal }: { question: Question; principal: NonNullable<ReturnType<typeof usePrincipal>> }) {
  const text = useText(analyzerText);
  const words = useText(decisionText);
  const params = useMemo(() => ({ ...principal, Action: question.action, ...circumstances(question) }), [principal, question]);
  const query = useAction("hufu", "ExplainDecision", params);
  return (
    <Permitted card query={query} permission="hufu:ExplainDecision" lines={8}>
      {(decision) => (
        <>
          <InSight>
            <Verdict decision={decision} />
          </InSight>
          <div className="ui-row">
            <LinkButton to={`/analyzer?${questionParams({ ...question, type: "user", id: "" })}&tab=who`}>{text("whoElse")}</LinkButton>
            <LinkButton to={`/analyzer?${questionParams({ ...question, action: "", resource: "", tags: [] })}&tab=what`}>{text("whatElse")}</LinkButton>
          </div>
          {decision.Remedy && (
            <Card title={words("remedy")}>
              <Remedy remedy={decision.Remedy} />
            </Card>
          )}
          <Card title={words("path")}>
            <p className="ui-hint">{words("pathText")}</p>
            <DecisionPath decision={decision} />
          </Card>
        </>
      )}
    </Permitted>
  );
}

// The answer stands below a long form: it comes into sight when it is there.
function InSight({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollIntoView({ block: "nearest" }); // newer browsers return a promise, which is no clean-up
  }, []);
  return <div ref={box}>{children}</div>;
}
