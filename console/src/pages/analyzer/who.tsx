import { useInfiniteQuery } from "@tanstack/react-query";
import { ApiError, call, type Out } from "@/api";
import type { AllowedPrincipal } from "@/api/hufu.gen";
import { ActionField, isDenied, Lacking, questionPath, ResourceField, type Question } from "@/decision";
import { common, useText } from "@/i18n";
import { Button, Card, DataTable, Empty, Link, Row, SelectField, Tag, type Column } from "@/ui";
import { useQuestion } from "./address";
import { circumstances, trimmed } from "./explain";
import { RequestFields } from "./fields";
import { isAction, QuestionForm, useDraft } from "./form";
import { Conditions, Grants } from "./grants";
import { analyzerText } from "./messages";

const kinds = ["root", "user", "role"] as const;
type Kind = (typeof kinds)[number] | "";

/** Who in the account may do an action. */
export function WhoCan() {
  const text = useText(analyzerText);
  const { question, params, ask } = useQuestion("who");
  const [draft, change] = useDraft(question);
  const kind: Kind = kinds.find((known) => known === params.get("whom")) ?? "";
  const asked = isAction(question.action);
  const send = (whom: Kind) => ask(trimmed({ ...draft, type: "user", id: "" }), { whom });
  return (
    <>
      <QuestionForm onAsk={() => send(kind)} disabled={!isAction(draft.action)} asked={asked}>
        <ActionField label={text("action")} hint={text("actionHint")} value={draft.action} onChange={(action) => change({ action })} />
        <ResourceField label={text("resource")} hint={text("resourceHint")} action={draft.action} value={draft.resource} onChange={(resource) => change({ resource })} />
        <SelectField<Kind> label={text("kinds")} value={kind} onChange={send} options={[{ value: "", label: text("allKinds") }, ...kinds.map((value) => ({ value, label: text(value) }))]} />
        <RequestFields open question={draft} onChange={change} />
      </QuestionForm>
      {asked ? <Allowed key={params.toString()} question={question} kind={kind} /> : <p className="ui-hint">{text("askFirst")}</p>}
    </>
  );
}

type Answer = Out<"hufu", "ListAllowedPrincipals">;

function useAllowed(question: Question, kind: Kind) {
  return useInfiniteQuery<Answer, ApiError, { pages: Answer[] }, readonly unknown[], string>({
    queryKey: ["hufu", "ListAllowedPrincipals", question, kind],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      call(
        "hufu",
        "ListAllowedPrincipals",
        { Action: question.action, ...circumstances(question), ...(kind ? { PrincipalTypes: [kind] } : {}), ...(pageParam ? { Marker: pageParam } : {}) },
        signal,
      ),
    getNextPageParam: (last) => (last.IsTruncated && last.Marker ? last.Marker : undefined),
  });
}

function Allowed({ question, kind }: { question: Question; kind: Kind }) {
  const text = useText(analyzerText);
  const words = useText(common);
  const query = useAllowed(question, kind);
  const pages = query.data?.pages;
  if (!pages && isDenied(query.error)) {
    return (
      <Card>
        <Lacking permission="hufu:ListAllowedPrincipals" error={query.error} />
      </Card>
    );
  }
  const columns: Column<AllowedPrincipal>[] = [
    { key: "name", title: text("principal"), width: 180, render: (row) => <Principal row={row} /> },
    { key: "through", title: text("through"), width: 300, render: (row) => (row.PrincipalType === "root" ? text("rootNeedsNone") : <Grants grants={row.Grants} redacted={row.Redacted} />) },
    { key: "when", title: text("when"), width: 200, render: (row) => <Conditions conditional={row.Conditional} conditions={row.Conditions} /> },
    { key: "explain", title: words("operation"), render: (row) => <Link to={questionPath({ ...question, type: typeOf(row), id: row.PrincipalId })}>{text("explainThis")}</Link> },
  ];
  return (
    <>
      <DataTable
        label={text("principals")}
        columns={columns}
        rows={pages?.flatMap((page) => page.Principals)}
        rowKey={(row) => `${row.PrincipalType} ${row.PrincipalId}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={<Empty title={text("nobody")}>{text("nobodyText")}</Empty>}
      />
      {pages && (
        <Row>
          <span className="ui-hint">{text("examined", { count: pages.reduce((sum, page) => sum + page.Examined, 0) })}</span>
          {query.hasNextPage && (
            <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {text("showMore")}
            </Button>
          )}
        </Row>
      )}
    </>
  );
}

function typeOf(row: AllowedPrincipal): "root" | "user" | "role" {
  return kinds.find((known) => known === row.PrincipalType) ?? "user";
}

function Principal({ row }: { row: AllowedPrincipal }) {
  const text = useText(analyzerText);
  const type = typeOf(row);
  const name = row.Name || row.PrincipalId;
  return (
    <Row>
      <Tag>{text(type)}</Tag>
      {type === "root" ? name : <Link to={`/${type}s/${row.PrincipalId}`}>{name}</Link>}
    </Row>
  );
}
