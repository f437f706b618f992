import type { ReactNode } from "react";
import type { AuditRecord } from "@/api/hufu.gen";
import { useText } from "@/i18n";
import { DataTable, Link, Status, Tag, Time, type Column } from "@/ui";
import "./audit.css";
import { recordPath } from "./filter";
import { auditText } from "./messages";

interface CallTableProps {
  rows: readonly AuditRecord[] | undefined;
  newIds?: ReadonlySet<string>;
  error?: unknown;
  onRetry?: () => void;
  empty?: ReactNode;
  /** Fewer columns, for a part of a page. */
  brief?: boolean;
}

const none: ReadonlySet<string> = new Set();

/** Calls in the audit trail, each with the way to its explanation. */
export function CallTable({ rows, newIds = none, brief = false, ...rest }: CallTableProps) {
  const text = useText(auditText);
  const columns: Column<AuditRecord>[] = [
    {
      key: "time",
      title: text("time"),
      width: 165,
      render: (row) => (
        <>
          <Time milliseconds={row.Time} /> {newIds.has(row.RequestId) && <Tag kind="info">{text("new")}</Tag>}
        </>
      ),
    },
    { key: "action", title: text("action"), width: 180, render: (row) => <Link to={recordPath(row)}>{row.Action}</Link> },
    { key: "caller", title: text("caller"), width: 130, render: (row) => <Caller type={row.CallerType} id={row.CallerId} name={row.CallerName} /> },
    { key: "outcome", title: text("outcome"), width: 160, render: (row) => <Outcome outcome={row.Outcome} effect={row.Effect} /> },
    { key: "resources", title: text("resources"), width: 170, optional: true, render: (row) => <Resources resources={row.Resources} /> },
    { key: "ip", title: text("ip"), width: 124, optional: true, render: (row) => row.Ip && <span className="audit-ip">{row.Ip}</span> },
    { key: "door", title: text("door"), optional: true, hidden: true, render: (row) => row.Door },
    { key: "key", title: text("secretId"), width: 180, optional: true, hidden: true, render: (row) => <code>{row.SecretId}</code> },
    { key: "duration", title: text("duration"), optional: true, hidden: true, align: "right", render: (row) => text("ms", { count: row.DurationMs }) },
  ];
  const shown = brief ? columns.slice(0, 3).concat(columns.filter((column) => column.key === "ip").map((column) => ({ ...column, optional: false }))) : columns;
  return <DataTable {...rest} plain={brief} label={text("calls")} name={brief ? undefined : "audit"} columns={shown} rows={rows} rowKey={(row) => row.RequestId} />;
}

const callers = ["root", "user", "role", "application", "operator", "wecom", "anonymous"] as const;

/** Who called, with the way to the user or role. */
export function Caller({ type, id, name }: { type: string; id: string; name: string }) {
  const text = useText(auditText);
  const kind = callers.find((known) => known === type);
  const label = name || (id !== "0" ? id : "");
  const to = type === "user" ? `/users/${id}` : type === "role" ? `/roles/${id}` : undefined;
  return (
    <>
      {label && (to ? <Link to={to}>{label}</Link> : label)}
      <div className="audit-kind">{kind ? text(kind) : type}</div>
    </>
  );
}

/** What every door answers where policies refuse. */
const refused = "AuthFailure.UnauthorizedOperation";

/** How a call ended. The code of an error says what for; that policies refused it needs none. */
export function Outcome({ outcome, effect }: { outcome: string; effect: string }) {
  const text = useText(auditText);
  if (outcome === "ok") return <Status kind="success">{text("ok")}</Status>;
  const denied = effect === "explicit_deny" || effect === "implicit_deny";
  return (
    <Status kind={denied ? "error" : "warning"}>
      <span>
        {denied && text("denied")} {!(denied && outcome === refused) && <code className="audit-code">{outcome}</code>}
      </span>
    </Status>
  );
}

function Resources({ resources }: { resources: readonly string[] }) {
  const text = useText(auditText);
  const [first] = resources;
  if (!first) return "-";
  return (
    <>
      <code>{first}</code> {resources.length > 1 && text("moreResources", { count: resources.length - 1 })}
    </>
  );
}
