import { useAction, useChange, type Out } from "@/api";
import { common, useText } from "@/i18n";
import { Button, Card, DataTable, ErrorNotice, Tag, Time, toast, type Column } from "@/ui";
import { accountText } from "./messages";

type Session = Out<"hufu", "ListConsoleSessions">["Sessions"][number];

/** The sessions of whoever is signed in; with a uin those of a sub-user, which needs the right to see them. */
export function Sessions({ uin }: { uin?: number }) {
  const text = useText(accountText);
  const words = useText(common);
  const of = uin === undefined ? {} : { Uin: uin };
  const sessions = useAction("hufu", "ListConsoleSessions", of);
  const end = useChange("hufu", "EndConsoleSessions", {
    touches: ["hufu.ListConsoleSessions"],
    onSuccess: ({ Ended }) => toast("success", text("endedCount", { count: Ended })),
  });
  const rows = sessions.data?.Sessions;
  const columns: Column<Session>[] = [
    { key: "signedIn", title: text("signedIn"), width: 160, render: (row) => <Time seconds={row.CreateTime} /> },
    {
      key: "method",
      title: text("method"),
      render: (row) => [text(row.Method === "wecom" ? "byWeCom" : "byPassword"), row.Mfa && text("secondFactor")].filter(Boolean).join(" + "),
    },
    { key: "ip", title: text("address"), width: 140, render: (row) => row.Ip },
    { key: "client", title: text("browser"), width: 130, render: (row) => <span title={row.Client}>{browserOf(row.Client)}</span> },
    { key: "active", title: text("lastActive"), width: 160, render: (row) => <Time seconds={row.LastActiveTime} /> },
    { key: "expire", title: text("endsAt"), width: 160, render: (row) => <Time seconds={row.ExpireTime} /> },
    {
      key: "operation",
      title: words("operation"),
      width: 100,
      render: (row) =>
        row.IsCurrent ? (
          <Tag kind="info">{text("thisSession")}</Tag>
        ) : (
          <Button kind="text" size="small" disabled={end.isPending} onClick={() => end.mutate({ ...of, SessionIds: [row.SessionId] })}>
            {text("endSession")}
          </Button>
        ),
    },
  ];
  const others = rows?.some((row) => !row.IsCurrent) ?? false;
  return (
    <Card
      title={text("sessions")}
      actions={
        <Button disabled={!others} busy={end.isPending} onClick={() => end.mutate(of)}>
          {text(uin === undefined ? "signOutOthers" : "signOutAll")}
        </Button>
      }
    >
      {uin === undefined && <p className="ui-page-description">{text("sessionsText")}</p>}
      <ErrorNotice error={end.error} />
      <DataTable plain label={text("sessions")} columns={columns} rows={rows} rowKey={(row) => row.SessionId} error={sessions.error} onRetry={() => void sessions.refetch()} />
    </Card>
  );
}

const browsers: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/wxwork\//i, "WeCom"],
  [/MicroMessenger\//, "WeChat"],
  [/Edg\/([\d]+)/, "Edge"],
  [/Firefox\/([\d]+)/, "Firefox"],
  [/(?:Headless)?Chrome\/([\d]+)/, "Chrome"],
  [/Version\/([\d]+).*Safari\//, "Safari"],
];
const systems: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/Windows/, "Windows"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** What people call the browser of a user agent; the user agent itself where it is none that is known. */
export function browserOf(client: string): string {
  const browser = browsers.find(([pattern]) => pattern.test(client));
  if (!browser) return client;
  const version = browser[0].exec(client)?.[1];
  const system = systems.find(([pattern]) => pattern.test(client));
  return [browser[1], version, system && `· ${system[1]}`].filter(Boolean).join(" ");
}
