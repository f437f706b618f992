import { useMemo, useState } from "react";
import { useAction } from "@/api";
import type { AllowedActions } from "@/api/hufu.gen";
import { isDenied, Lacking, ResourceField, type Question } from "@/decision";
import { useText } from "@/i18n";
import { Alert, Card, DataTable, Empty, type Column } from "@/ui";
import { useQuestion } from "./address";
import { circumstances, trimmed } from "./explain";
import { PrincipalFields, RequestFields, ServiceField, usePrincipal } from "./fields";
import { QuestionForm, useDraft } from "./form";
import { Conditions, Grants } from "./grants";
import { analyzerText } from "./messages";

/** What a principal may do. */
export function WhatCan() {
  const text = useText(analyzerText);
  const { question, params, ask } = useQuestion("what");
  const [draft, change] = useDraft(question);
  const askedService = params.get("service") ?? "";
  const [service, setService] = useState(askedService);
  const principal = usePrincipal(question);
  return (
    <>
      <QuestionForm
        onAsk={() => ask(trimmed({ ...draft, action: "" }), { service: service.trim() })}
        disabled={draft.type !== "root" && draft.id === ""}
        asked={principal !== undefined}
      >
        <PrincipalFields question={draft} onChange={change} />
        <ServiceField value={service} onChange={setService} />
        <ResourceField label={text("resource")} hint={text("resourceHint")} action={`${service}:`} value={draft.resource} onChange={(resource) => change({ resource })} />
        <RequestFields open question={draft} onChange={change} />
      </QuestionForm>
      {principal ? <Actions key={params.toString()} question={question} principal={principal} service={askedService} /> : <p className="ui-hint">{text("askFirst")}</p>}
    </>
  );
}

interface ActionsProps {
  question: Question;
  principal: NonNullable<ReturnType<typeof usePrincipal>>;
  service: string;
}

function Actions({ question, principal, service }: ActionsProps) {
  const text = useText(analyzerText);
  const params = useMemo(() => ({ ...principal, ...circumstances(question), ...(service ? { Service: service } : {}) }), [principal, question, service]);
  const query = useAction("hufu", "ListAllowedActions", params);
  if (isDenied(query.error)) {
    return (
      <Card>
        <Lacking permission="hufu:ListAllowedActions" error={query.error} />
      </Card>
    );
  }
  const rows = query.data?.List.map((row, index) => ({ ...row, key: `${row.Service} ${index}` }));
  const columns: Column<AllowedActions & { key: string }>[] = [
    { key: "service", title: text("service"), width: 120, render: (row) => (row.Service === "*" ? text("everyService") : row.Service) },
    { key: "actions", title: text("actions"), width: 220, render: (row) => <Brief actions={row.Actions} /> },
    { key: "resources", title: text("resources"), width: 200, render: (row) => <Resources resources={row.Resources} /> },
    { key: "when", title: text("when"), width: 160, render: (row) => <Conditions conditional={row.Conditional} conditions={row.Conditions} /> },
    { key: "through", title: text("through"), width: 220, render: (row) => <Grants grants={row.Grants} redacted={row.Redacted} /> },
  ];
  return (
    <>
      {query.data?.IsTruncated && <Alert kind="warning">{text("truncated")}</Alert>}
      <DataTable
        label={text("services")}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.key}
        rowName={(row) => row.Service}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={<Empty title={text("nothing")} />}
        details={(row) => <Details row={row} />}
      />
    </>
  );
}

const shown = 3;

function Brief({ actions }: { actions: readonly string[] }) {
  const text = useText(analyzerText);
  if (actions.length > shown) return text("actionCount", { count: actions.length });
  return <code>{actions.join(", ")}</code>;
}

function Resources({ resources }: { resources: readonly string[] }) {
  const text = useText(analyzerText);
  if (resources.includes("*")) return text("allResources");
  return (
    <ul className="analyzer-list">
      {resources.map((resource) => (
        <li key={resource}>
          <code>{resource}</code>
        </li>
      ))}
    </ul>
  );
}

function Details({ row }: { row: AllowedActions }) {
  const text = useText(analyzerText);
  return (
    <div className="ui-stack">
      <ul className="analyzer-actions">
        {row.Actions.map((action) => (
          <li key={action}>
            <code>{action}</code>
          </li>
        ))}
      </ul>
      {row.Except.length > 0 && (
        <div>
          <h3>{text("except")}</h3>
          <ul className="analyzer-list">
            {row.Except.map((part) => (
              <li key={`${part.Action} ${part.Resource}`}>
                <code>
                  {part.Action} {part.Resource}
                </code>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
