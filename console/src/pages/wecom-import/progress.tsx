import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ownAddress, refresh, type Out } from "@/api";
import { useText } from "@/i18n";
import { Alert, Button, CopyText, DataTable, ErrorNotice, KeyValue, Link, Progress, Stack, Tag, type Column } from "@/ui";
import { isDone, isPending, type Result } from "./draft";
import { importText } from "./messages";

interface ProgressProps {
  progress: Out<"hufu", "DescribeWeComImport">;
  /** Goes on with an import that was interrupted. */
  onGoOn: (left: readonly Result[]) => void;
  /** Why it could not go on. */
  error: unknown;
}

/** How far an import is, and what became of each member. */
export function ImportProgress({ progress, onGoOn, error }: ProgressProps) {
  const text = useText(importText);
  const client = useQueryClient();
  const { State, Total, Finished, Created, Results, LoginUrl } = progress;
  const running = State === "running";
  useEffect(() => {
    if (!running) refresh(client, ["hufu.SearchUsers", "hufu.ListWeComMembers", "hufu.ListWeComCorps", "cam"]);
  }, [running, client]);
  const failed = Results.filter((result) => !isDone(result) && !isPending(result));
  return (
    <Stack>
      {running && (
        <>
          <Progress label={text("importing")} value={Finished} total={Total} />
          <p className="ui-page-description">{text("importingText")}</p>
        </>
      )}
      {State === "done" && <Alert kind={failed.length > 0 ? "warning" : "success"} title={text("done", { created: Created, total: Total })} />}
      {State === "interrupted" && (
        <Alert
          kind="warning"
          title={text("interrupted")}
          actions={
            <Button kind="primary" onClick={() => onGoOn(Results.filter((result) => !isDone(result)))}>
              {text("goOn")}
            </Button>
          }
        >
          {text("interruptedText")}
        </Alert>
      )}
      {State === "interrupted" && <ErrorNotice error={error} />}
      {!running && failed.length > 0 && <Alert kind="error" title={text("failed", { count: failed.length })} />}
      <KeyValue items={[{ name: text("loginLink"), value: <CopyText value={ownAddress(LoginUrl)} label={text("loginLink")} /> }]} />
      <p className="ui-hint">{text("loginText")}</p>
      <Outcomes results={Results} />
    </Stack>
  );
}

function Outcomes({ results }: { results: readonly Result[] }) {
  const text = useText(importText);
  const columns: Column<Result>[] = [
    { key: "userid", title: text("userid"), width: 160, render: (result) => result.UserId },
    { key: "user", title: text("user"), width: 180, render: (result) => (result.Uin === 0 ? result.Name : <Link to={`/users/${result.Uin}`}>{result.Name}</Link>) },
    { key: "outcome", title: text("outcome"), width: 260, render: (result) => <Outcome result={result} /> },
  ];
  return <DataTable plain label={text("outcome")} columns={columns} rows={results} rowKey={(result) => result.UserId} />;
}

function Outcome({ result }: { result: Result }) {
  const text = useText(importText);
  if (isPending(result)) return <Tag>{text("outcomePending")}</Tag>;
  if (result.Outcome === "created") return <Tag kind="success">{text("outcomeCreated")}</Tag>;
  if (result.Outcome === "already_imported") return <Tag kind="info">{text("outcomeAlready")}</Tag>;
  return (
    <>
      <Tag kind="error">{text("outcomeFailed")}</Tag>
      <div className="ui-wrong">{result.Message || result.Outcome}</div>
    </>
  );
}
