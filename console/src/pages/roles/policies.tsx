import { useState } from "react";
import { call, useAction, useChange } from "@/api";
import type { AttachedPolicyOfRole, RoleInfo } from "@/api/cam.gen";
import { common, useText } from "@/i18n";
import { PickDialog, PolicyPicker, type PickedPolicy } from "@/pickers";
import { AddIcon, Button, ConfirmDanger, DataTable, Empty, Link, Tag, Time, toast, usePaging } from "@/ui";
import { isOwned } from "./kinds";
import { roles } from "./messages";

/** The policies of a role. */
export function RolePolicies({ role }: { role: RoleInfo }) {
  const text = useText(roles);
  const words = useText(common);
  const paging = usePaging();
  const query = useAction("cam", "ListAttachedRolePolicies", { RoleName: role.RoleName, Page: paging.page, Rp: paging.limit }, { keep: true });
  const [attaching, setAttaching] = useState(false);
  const [detaching, setDetaching] = useState<AttachedPolicyOfRole>();
  const open = !isOwned(role);
  return (
    <>
      <DataTable
        plain
        label={text("tabPolicies")}
        columns={[
          { key: "name", title: words("name"), width: 220, render: (row) => <Link to={`/policies/${row.PolicyId}`}>{row.PolicyName}</Link> },
          { key: "type", title: words("type"), render: (row) => <Tag kind={row.PolicyType === "User" ? "info" : "default"}>{row.PolicyType === "User" ? words("customPolicy") : words("presetPolicy")}</Tag> },
          { key: "description", title: words("description"), width: 200, render: (row) => row.Description },
          { key: "time", title: text("attachedTime"), render: (row) => <Time text={row.AddTime} /> },
          {
            key: "operation",
            title: words("operation"),
            render: (row) =>
              open && (
                <Button kind="text" size="small" label={`${text("detach")} ${row.PolicyName}`} onClick={() => setDetaching(row)}>
                  {text("detach")}
                </Button>
              ),
          },
        ]}
        rows={query.data?.List}
        rowKey={(row) => String(row.PolicyId)}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalNum ?? 0)}
        empty={<Empty title={text("noPoliciesTitle")}>{text("noPoliciesText")}</Empty>}
        toolbar={
          open && (
            <Button icon={<AddIcon />} onClick={() => setAttaching(true)}>
              {text("attachPolicies")}
            </Button>
          )
        }
      />
      <PickDialog<PickedPolicy>
        open={attaching}
        title={text("attachTo", { name: role.RoleName })}
        picker={PolicyPicker}
        label={words("policies")}
        taken={new Set(query.data?.List.map((policy) => String(policy.PolicyId)))}
        submit={text("attach")}
        done={text("attached")}
        each={(policy) => call("cam", "AttachRolePolicy", { AttachRoleId: role.RoleId, PolicyId: policy.policyId })}
        onClose={() => setAttaching(false)}
      />
      {detaching && <DetachPolicy role={role} policy={detaching} onClose={() => setDetaching(undefined)} />}
    </>
  );
}

function DetachPolicy({ role, policy, onClose }: { role: RoleInfo; policy: AttachedPolicyOfRole; onClose: () => void }) {
  const text = useText(roles);
  const change = useChange("cam", "DetachRolePolicy", {
    onSuccess: () => {
      toast("success", text("detached"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("detachTitle", { policy: policy.PolicyName, name: role.RoleName })}
      confirm={text("detach")}
      onClose={onClose}
      onConfirm={() => change.mutate({ DetachRoleId: role.RoleId, PolicyId: policy.PolicyId })}
      busy={change.isPending}
      error={change.error}
    >
      {text("detachText", { name: role.RoleName })}
    </ConfirmDanger>
  );
}
