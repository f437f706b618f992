import { useEffect } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { refresh, useSession } from "@/api";
import { common, useText } from "@/i18n";
import { Alert, Button, CopyText, DataTable, DownloadIcon, KeyValue, Link, Progress, Stack, Tag, csv, download, errorText, type Column } from "@/ui";
import type { Made } from "./create";
import { createText } from "./messages";

/** The address where sub-users of the account sign in with their passwords. */
export function useLoginLink(): string {
  const { data: session } = useSession();
  const account = session?.Account.Alias || session?.Account.Uin || "";
  return `${location.origin}/login/subAccount/${account}`;
}

/** What became of each user, with its secrets, which are nowhere else. */
export function ResultStep({ made, total, console }: { made: readonly Made[]; total: number; console: boolean }) {
  const text = useText(createText);
  const client = useQueryClient();
  const over = made.length === total;
  useEffect(() => {
    if (over) refresh(client);
  }, [over, client]);
  if (!over) return <Progress label={text("creating")} value={made.length} total={total} />;
  return <Outcome made={made} console={console} />;
}

function Outcome({ made, console }: { made: readonly Made[]; console: boolean }) {
  const text = useText(createText);
  const link = useLoginLink();
  const created = made.filter((one) => one.state !== "failed");
  const failed = made.length - created.length;
  const secrets = created.some((one) => one.user.Password !== "" || one.user.SecretKey !== "");
  return (
    <Stack>
      {created.length > 0 && <Alert kind={created.some((one) => one.state === "partly") ? "warning" : "success"} title={text("created", { count: created.length })} />}
      {failed > 0 && <Alert kind="error" title={text("someNot", { count: failed })} />}
      {secrets && (
        <Alert
          kind="warning"
          actions={
            <Button icon={<DownloadIcon />} onClick={() => download("hufu-users.csv", credentials(made, link, console, text))}>
              {text("downloadAll")}
            </Button>
          }
        >
          {text("secretsNote")}
        </Alert>
      )}
      {console && created.length > 0 && <KeyValue items={[{ name: text("loginLink"), value: <CopyText value={link} label={text("loginLink")} /> }]} />}
      <Results made={made} />
    </Stack>
  );
}

function credentials(made: readonly Made[], link: string, console: boolean, text: (key: "userName" | "uin" | "password" | "loginLink") => string): string {
  const head = [text("userName"), text("uin"), text("password"), "SecretId", "SecretKey", text("loginLink")];
  const rows = made.flatMap((one) =>
    one.state === "failed" ? [] : [[one.user.Name, String(one.user.Uin), one.user.Password, one.user.SecretId, one.user.SecretKey, console ? link : ""]],
  );
  return csv([head, ...rows]);
}

function Results({ made }: { made: readonly Made[] }) {
  const text = useText(createText);
  const words = useText(common);
  const copyable = (what: string, name: string, value: string) => (value ? <CopyText value={value} label={text("copyOf", { what, name })} /> : "-");
  const columns: Column<Made>[] = [
    {
      key: "name",
      title: text("userName"),
      width: 150,
      render: (one) => (one.state === "failed" ? one.profile.name : <Link to={`/users/${one.user.Uin}`}>{one.user.Name}</Link>),
    },
    { key: "outcome", title: text("outcome"), width: 200, render: (one) => <State one={one} /> },
    { key: "password", title: text("password"), width: 180, render: (one) => (one.state === "failed" ? "-" : copyable(text("password"), one.user.Name, one.user.Password)) },
    { key: "id", title: "SecretId", width: 180, render: (one) => (one.state === "failed" ? "-" : copyable("SecretId", one.user.Name, one.user.SecretId)) },
    { key: "key", title: "SecretKey", width: 180, render: (one) => (one.state === "failed" ? "-" : copyable("SecretKey", one.user.Name, one.user.SecretKey)) },
  ];
  return <DataTable plain label={words("users")} columns={columns} rows={made} rowKey={(one) => one.profile.name} />;
}

function State({ one }: { one: Made }) {
  const text = useText(createText);
  if (one.state === "created") return <Tag kind="success">{text("outcomeDone")}</Tag>;
  if (one.state === "failed") {
    return (
      <>
        <Tag kind="error">{text("outcomeFailed")}</Tag>
        <div className="ui-wrong">{errorText(one.error)}</div>
      </>
    );
  }
  return (
    <>
      <Tag kind="warning">{text("outcomePartly")}</Tag>
      {one.errors.map(({ what, error }) => (
        <div key={what} className="ui-wrong">
          {what}: {errorText(error)}
        </div>
      ))}
    </>
  );
}
