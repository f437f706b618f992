import { useState } from "react";
import { useAction } from "@/api";
import type { RoleInfo } from "@/api/cam.gen";
import { common, useText } from "@/i18n";
import { AddIcon, Button, DataTable, Empty, Link, LinkButton, Page, Tag, Time, usePaging } from "@/ui";
import { DeleteRole } from "./delete";
import { isOwned, typeName } from "./kinds";
import { roles } from "./messages";

/** Roles of the account. */
export default function RoleList() {
  const text = useText(roles);
  const words = useText(common);
  const paging = usePaging();
  const query = useAction("cam", "DescribeRoleList", { Page: paging.page, Rp: paging.limit }, { keep: true });
  const [deleting, setDeleting] = useState<RoleInfo>();
  return (
    <Page title={words("roles")} description={text("listText")} actions={<LinkButton kind="primary" icon={<AddIcon />} to="/roles/create">{text("create")}</LinkButton>}>
      <DataTable
        label={words("roles")}
        name="roles"
        columns={[
          { key: "name", title: words("name"), width: 220, render: (row) => <Link to={`/roles/${row.RoleId}`}>{row.RoleName}</Link> },
          { key: "id", title: text("roleId"), optional: true, hidden: true, render: (row) => row.RoleId },
          { key: "type", title: text("roleType"), render: (row) => <Tag kind={isOwned(row) ? "default" : "info"}>{text(typeName(row))}</Tag> },
          { key: "description", title: words("description"), width: 220, optional: true, render: (row) => row.Description },
          { key: "console", title: text("consoleLogin"), optional: true, render: (row) => words(row.ConsoleLogin === 1 ? "yes" : "no") },
          { key: "created", title: words("createTime"), optional: true, render: (row) => <Time text={row.AddTime} /> },
          {
            key: "operation",
            title: words("operation"),
            render: (row) =>
              !isOwned(row) && (
                <Button kind="text" size="small" label={`${words("delete")} ${row.RoleName}`} onClick={() => setDeleting(row)}>
                  {words("delete")}
                </Button>
              ),
          },
        ]}
        rows={query.data?.List}
        rowKey={(row) => row.RoleId}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalNum ?? 0)}
        empty={<Empty title={text("emptyTitle")} action={<LinkButton to="/roles/create">{text("create")}</LinkButton>}>{text("emptyText")}</Empty>}
      />
      {deleting && <DeleteRole role={deleting} onClose={() => setDeleting(undefined)} onDeleted={() => setDeleting(undefined)} />}
    </Page>
  );
}
