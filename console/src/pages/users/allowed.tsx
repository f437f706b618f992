import { useAction, type Out } from "@/api";
import { useText } from "@/i18n";
import { Alert, DataTable, Empty, Link, Tag, type Column } from "@/ui";
import { detailText } from "./messages";
import type { User } from "./user";

type Allowed = Out<"hufu", "ListAllowedActions">["List"][number];

/** What a user may do now, worked out from all policies that bear on it. */
export function AllowedActions({ user }: { user: User }) {
  const text = useText(detailText);
  const query = useAction("hufu", "ListAllowedActions", { PrincipalType: "user", PrincipalId: String(user.Uin) });
  const columns: Column<Allowed>[] = [
    {
      key: "service",
      title: text("service"),
      width: 110,
      render: (row) => (
        <>
          {row.Service === "*" ? text("anyService") : <code>{row.Service}</code>}
          {row.Conditional && (
            <div>
              <Tag kind="warning">{text("conditional")}</Tag>
            </div>
          )}
        </>
      ),
    },
    { key: "actions", title: text("actions"), width: 220, render: (row) => <Some values={row.Actions} /> },
    { key: "resources", title: text("resources"), width: 220, render: (row) => <Some values={row.Resources} /> },
    { key: "except", title: text("except"), width: 150, render: (row) => row.Except.length > 0 && <Some values={row.Except.map((part) => `${part.Action} ${part.Resource}`)} /> },
    {
      key: "grants",
      title: text("grantedBy"),
      width: 200,
      render: (row) => (
        <>
          {policiesOf(row).map(([id, name]) => (
            <div key={id}>
              <Link to={`/policies/${id}`}>{name}</Link>
            </div>
          ))}
          {row.Redacted && <span className="ui-hint">{text("redacted")}</span>}
        </>
      ),
    },
  ];
  return (
    <>
      <p className="ui-page-description">{text("allowedText")}</p>
      {query.data?.IsTruncated && <Alert kind="warning">{text("truncated")}</Alert>}
      <DataTable
        plain
        label={text("allowedTab")}
        columns={columns}
        rows={query.data?.List}
        rowKey={(row) => [row.Service, row.Conditional, ...row.Actions, ...row.Resources].join("\n")}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={<Empty title={text("noneAllowed")} />}
      />
    </>
  );
}

function policiesOf(row: Allowed): [number, string][] {
  return [...new Map(row.Grants.filter((grant) => grant.PolicyId !== 0).map((grant) => [grant.PolicyId, grant.PolicyName]))];
}

const shown = 8;

/** The first of many values; the others open below. */
function Some({ values }: { values: readonly string[] }) {
  const line = (value: string) => (
    <div key={value}>
      <code>{value}</code>
    </div>
  );
  if (values.length <= shown) return values.map(line);
  return (
    <>
      {values.slice(0, shown).map(line)}
      <details>
        <summary>+{values.length - shown}</summary>
        {values.slice(shown).map(line)}
      </details>
    </>
  );
}
