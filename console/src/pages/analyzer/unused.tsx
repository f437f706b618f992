import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ApiError, call, useAction, type Out } from "@/api";
import type { UnusedActions, UnusedPolicy } from "@/api/hufu.gen";
import { CreatePolicyButton, isDenied, Lacking, noQuestion, Permitted, type Question } from "@/decision";
import { useLanguage, useText, type Text } from "@/i18n";
import { Alert, Button, Card, Code, CopyButton, DataTable, Empty, format, Link, NumberField, RadioGroup, TextField, Time, type Column } from "@/ui";
import { useQuestion } from "./address";
import { PrincipalFields } from "./fields";
import { QuestionForm, useDraft } from "./form";
import { byHolder, keepUsed, type Holder as HolderOf } from "./keep";
import { analyzerText } from "./messages";

type Scope = "all" | "principal" | "policy";

interface Asked {
  question: Question;
  policy: number;
  days: number;
}

/** What is granted and was not used. */
export function UnusedGrants() {
  const text = useText(analyzerText);
  const { question, params, ask } = useQuestion("unused");
  const [draft, change] = useDraft(question);
  const policy = number(params.get("policy"), 0);
  const days = number(params.get("days"), 90);
  const [scope, setScope] = useState<Scope>(policy > 0 ? "policy" : question.id ? "principal" : "all");
  const [policyText, setPolicyText] = useState(policy > 0 ? String(policy) : "");
  const [daysNow, setDaysNow] = useState<number | undefined>(days);
  const daysFit = daysNow !== undefined && daysNow >= 1 && daysNow <= 400;
  const complete = daysFit && (scope === "all" || (scope === "policy" ? /^[1-9]\d{0,15}$/.test(policyText) : draft.id !== ""));
  const send = () => {
    const principal = scope === "principal" ? { ...noQuestion, type: draft.type, id: draft.id } : noQuestion;
    ask(principal, { policy: scope === "policy" ? policyText : "", days: daysNow === 90 ? "" : String(daysNow), run: "1" });
  };
  return (
    <>
      <QuestionForm onAsk={send} disabled={!complete} asked={params.has("run")}>
        <RadioGroup<Scope>
          label={text("scope")}
          value={scope}
          onChange={setScope}
          options={[
            { value: "all", label: text("scopeAll") },
            { value: "principal", label: text("scopePrincipal") },
            { value: "policy", label: text("scopePolicy") },
          ]}
        />
        {scope === "principal" && <PrincipalFields question={draft} onChange={change} types={["user", "role"]} />}
        {scope === "policy" && <TextField label={text("policyId")} value={policyText} onChange={(next) => setPolicyText(next.trim())} />}
        <NumberField label={text("days")} unit={text("dayUnit")} min={1} max={400} value={daysNow} onChange={setDaysNow} />
      </QuestionForm>
      {params.has("run") ? <Unused key={params.toString()} asked={{ question, policy, days }} /> : <p className="ui-hint">{text("askFirst")}</p>}
    </>
  );
}

function number(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : otherwise;
}

type Answer = Out<"hufu", "ListUnusedActions">;

function useUnused({ question, policy, days }: Asked) {
  const of = policy > 0 ? { PolicyId: policy } : question.id ? { PrincipalType: question.type === "role" ? ("role" as const) : ("user" as const), PrincipalId: question.id } : {};
  return useInfiniteQuery<Answer, ApiError, { pages: Answer[] }, readonly unknown[], string>({
    queryKey: ["hufu", "ListUnusedActions", of, days],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => call("hufu", "ListUnusedActions", { ...of, Days: days, ...(pageParam ? { Marker: pageParam } : {}) }, signal),
    getNextPageParam: (last) => (last.IsTruncated && last.Marker ? last.Marker : undefined),
    staleTime: 60_000,
  });
}

function Unused({ asked }: { asked: Asked }) {
  const text = useText(analyzerText);
  const language = useLanguage();
  const query = useUnused(asked);
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.List), [pages]);
  if (!pages && isDenied(query.error)) {
    return (
      <Card>
        <Lacking permission="hufu:ListUnusedActions" error={query.error} />
      </Card>
    );
  }
  const [first] = pages ?? [];
  const policies = pages?.flatMap((page) => page.UnusedPolicies) ?? [];
  return (
    <>
      {first && first.TrackedSince > first.Since && <Alert>{text("tracked", { time: format(new Date(first.TrackedSince * 1000), language) })}</Alert>}
      {pages?.some((page) => page.IsPartial) && <Alert kind="warning">{text("partial")}</Alert>}
      <UnusedTable rows={rows} error={query.error} onRetry={() => void query.refetch()} />
      {query.hasNextPage && (
        <div>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {text("showMore")}
          </Button>
        </div>
      )}
      {policies.length > 0 && <UnusedPolicies rows={policies} names={new Map(rows?.map((row) => [`${row.PrincipalType} ${row.PrincipalId}`, row.Name]))} />}
      {pages?.some((page) => page.Redacted) && <p className="ui-hint">{text("redacted")}</p>}
    </>
  );
}

function Holder({ type, id, name }: { type: string; id: string; name: string }) {
  const text = useText(analyzerText);
  if (!type) return text("policy");
  return <Link to={`/${type === "role" ? "roles" : "users"}/${id}`}>{name || id}</Link>;
}

function UnusedTable({ rows, error, onRetry }: { rows: readonly UnusedActions[] | undefined; error: unknown; onRetry: () => void }) {
  const text = useText(analyzerText);
  const holders = useMemo(() => rows && byHolder(rows), [rows]);
  const columns: Column<HolderOf<UnusedActions>>[] = [
    { key: "holder", title: text("holder"), width: 180, render: (row) => <Holder type={row.type} id={row.id} name={row.name} /> },
    { key: "services", title: text("services"), width: 240, render: (row) => row.services.slice(0, shown).map((service) => serviceName(text, service)).join(", ") + (row.services.length > shown ? " …" : "") },
    { key: "granted", title: text("granted"), align: "right", render: (row) => row.granted },
    { key: "unused", title: text("unusedCount"), align: "right", render: (row) => row.unused },
  ];
  return (
    <DataTable
      label={text("unused")}
      columns={columns}
      rows={holders}
      rowKey={(row) => `${row.type} ${row.id}`}
      rowName={(row) => row.name || text("policy")}
      error={error}
      onRetry={onRetry}
      empty={<Empty title={text("allUsed")} />}
      details={(row) => <UnusedDetails holder={row} />}
    />
  );
}

const shown = 4;

function serviceName(text: Text<typeof analyzerText>, { Service: service }: UnusedActions): string {
  return service === "*" ? text("everyService") : service;
}

function UnusedDetails({ holder }: { holder: HolderOf<UnusedActions> }) {
  const text = useText(analyzerText);
  return (
    <div className="ui-stack">
      {(holder.type === "user" || holder.type === "role") && <Keep holder={holder} type={holder.type} />}
      {holder.services.map((service) => (
        <details key={service.Service} className="analyzer-more" open={holder.services.length === 1}>
          <summary>
            {serviceName(text, service)} ({text("unusedOf", { unused: service.Actions.length, granted: service.Granted })})
          </summary>
          <ul className="analyzer-actions">
            {service.Actions.map((action) => (
              <li key={action.Name}>
                <code>{action.Name}</code>
                {action.LastUsed !== null && (
                  <span className="ui-hint">
                    <Time seconds={action.LastUsed} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}

/** What of the grants was used, as a policy that could take their place. */
function Keep({ holder, type }: { holder: HolderOf<UnusedActions>; type: "user" | "role" }) {
  const text = useText(analyzerText);
  const allowed = useAction("hufu", "ListAllowedActions", { PrincipalType: type, PrincipalId: holder.id });
  return (
    <section className="ui-stack">
      <h3>{text("keepUsed")}</h3>
      <Permitted query={allowed} permission="hufu:ListAllowedActions" lines={3}>
        {({ List, IsTruncated }) => {
          const document = keepUsed(List, holder.services);
          if (!document) return <p>{text("keepNone")}</p>;
          return (
            <>
              <Code>{document}</Code>
              <p className="ui-hint">
                {text("keepText")} {IsTruncated && text("truncated")}
              </p>
              <div className="ui-row">
                <CreatePolicyButton document={document} />
                <CopyButton value={document} caption={text("copyStatement")} />
              </div>
            </>
          );
        }}
      </Permitted>
    </section>
  );
}

function UnusedPolicies({ rows, names }: { rows: readonly UnusedPolicy[]; names: ReadonlyMap<string, string> }) {
  const text = useText(analyzerText);
  const columns: Column<UnusedPolicy>[] = [
    {
      key: "policy",
      title: text("policy"),
      width: 220,
      render: (row) => (
        <>
          <Link to={`/policies/${row.PolicyId}`}>{row.PolicyName}</Link>
          {row.Denies && <p className="ui-hint">{text("denies")}</p>}
        </>
      ),
    },
    { key: "holder", title: text("holder"), width: 160, render: (row) => <Holder type={row.PrincipalType} id={row.PrincipalId} name={names.get(`${row.PrincipalType} ${row.PrincipalId}`) ?? ""} /> },
    {
      key: "through",
      title: text("through"),
      width: 180,
      render: (row) => [row.Direct && text("direct"), ...row.Groups.map((group) => text("viaGroup", { name: group.GroupName }))].filter(Boolean).join(text("comma")),
    },
    { key: "used", title: text("lastUsed"), width: 165, render: (row) => (row.LastUsed === null ? text("notKnown") : <Time seconds={row.LastUsed} />) },
  ];
  return (
    <Card title={text("unusedPolicies")}>
      <DataTable plain label={text("unusedPolicies")} columns={columns} rows={rows} rowKey={(row) => `${row.PrincipalType} ${row.PrincipalId} ${row.PolicyId}`} />
    </Card>
  );
}
