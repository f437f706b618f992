import { useState } from "react";
import { useAction, useChange } from "@/api";
import type { RoleInfo } from "@/api/cam.gen";
import type { RoleSession } from "@/api/hufu.gen";
import { common, useText } from "@/i18n";
import { Button, ConfirmDanger, DataTable, Empty, RefreshIcon, Status, Time, toast, usePaging } from "@/ui";
import { roles } from "./messages";

/** Sessions of a role that have not expired, and ending them. */
export function Sessions({ role }: { role: RoleInfo }) {
  const text = useText(roles);
  const words = useText(common);
  const paging = usePaging();
  const query = useAction("hufu", "ListRoleSessions", { RoleId: role.RoleId, Offset: paging.offset, Limit: paging.limit }, { keep: true });
  const [revoking, setRevoking] = useState(false);
  const change = useChange("hufu", "RevokeRoleSessions", {
    onSuccess: () => {
      toast("success", text("revoked"));
      setRevoking(false);
    },
  });
  return (
    <>
      <DataTable<RoleSession>
        plain
        label={text("sessions")}
        columns={[
          { key: "name", title: text("sessionName"), width: 160, render: (row) => row.SessionName },
          { key: "state", title: words("state"), render: (row) => <Status kind={row.IsRevoked ? "error" : "success"}>{text(row.IsRevoked ? "revokedState" : "running")}</Status> },
          { key: "by", title: text("assumedBy"), render: (row) => <AssumedBy session={row} /> },
          { key: "key", title: text("accessKeyId"), width: 200, render: (row) => <code>{row.AccessKeyId}</code> },
          { key: "issued", title: text("issued"), render: (row) => <Time seconds={row.IssueTime} /> },
          { key: "expires", title: text("expires"), render: (row) => <Time seconds={row.ExpireTime} /> },
        ]}
        rows={query.data?.Sessions}
        rowKey={(row) => row.AccessKeyId}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalCount ?? 0)}
        empty={<Empty title={text("noSessionsTitle")}>{text("noSessionsText")}</Empty>}
        toolbar={
          <>
            <Button kind="danger" disabled={!query.data?.TotalCount} onClick={() => setRevoking(true)}>
              {text("revoke")}
            </Button>
            <Button icon={<RefreshIcon />} label={words("refresh")} onClick={() => void query.refetch()} />
          </>
        }
      />
      <ConfirmDanger
        open={revoking}
        title={text("revokeTitle", { name: role.RoleName })}
        confirm={text("revoke")}
        onClose={() => setRevoking(false)}
        onConfirm={() => change.mutate({ RoleId: role.RoleId })}
        busy={change.isPending}
        error={change.error}
      >
        {text("revokeText")}
      </ConfirmDanger>
    </>
  );
}

function AssumedBy({ session }: { session: RoleSession }) {
  const text = useText(roles);
  if (session.AssumedByUin === 0) return <>{session.SourceIdentity || text("federated")}</>;
  return <>{text("ofAccount", { uin: String(session.AssumedByUin), account: String(session.AssumedByAccount) })}</>;
}
