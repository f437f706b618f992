import { useState } from "react";
import { call, useAction, useChange } from "@/api";
import type { AttachPolicyInfo } from "@/api/cam.gen";
import { common, useText, type Text } from "@/i18n";
import { PickDialog, PolicyPicker, type PickedPolicy } from "@/pickers";
import { AddIcon, Button, ConfirmDanger, DataTable, Empty, Link, SearchBox, Tag, Time, toast, useDelayed, usePaging, type Column } from "@/ui";
import { groups } from "./messages";

/** The policies of a group. */
export function GroupPolicies({ id, name }: { id: number; name: string }) {
  const text = useText(groups);
  const words = useText(common);
  const [keyword, setKeyword] = useState("");
  const asked = useDelayed(keyword.trim());
  const paging = usePaging();
  const query = useAction("cam", "ListAttachedGroupPolicies", { TargetGroupId: id, Page: paging.page, Rp: paging.limit, ...(asked ? { Keyword: asked } : {}) }, { keep: true });
  const [attaching, setAttaching] = useState(false);
  const [detaching, setDetaching] = useState<AttachPolicyInfo>();
  return (
    <>
      <DataTable
        plain
        label={text("policies")}
        columns={columns(text, words, setDetaching)}
        rows={query.data?.List}
        rowKey={(row) => String(row.PolicyId)}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalNum ?? 0)}
        {...(asked ? {} : { empty: <Empty title={text("noPoliciesTitle")}>{text("noPoliciesText")}</Empty> })}
        toolbar={
          <>
            <Button icon={<AddIcon />} onClick={() => setAttaching(true)}>
              {text("attachPolicies")}
            </Button>
            <SearchBox
              label={text("searchPolicy")}
              value={keyword}
              onChange={(value) => {
                setKeyword(value);
                paging.first();
              }}
            />
          </>
        }
      />
      <PickDialog<PickedPolicy>
        open={attaching}
        title={text("attachTo", { name })}
        picker={PolicyPicker}
        label={words("policies")}
        taken={new Set(query.data?.List.map((policy) => String(policy.PolicyId)))}
        submit={text("attach")}
        done={text("attached")}
        each={(policy) => call("cam", "AttachGroupPolicy", { PolicyId: policy.policyId, AttachGroupId: id })}
        onClose={() => setAttaching(false)}
      />
      {detaching && <DetachPolicy id={id} name={name} policy={detaching} onClose={() => setDetaching(undefined)} />}
    </>
  );
}

function columns(text: Text<typeof groups>, words: Text<typeof common>, detach: (policy: AttachPolicyInfo) => void): Column<AttachPolicyInfo>[] {
  return [
    { key: "name", title: words("name"), width: 220, render: (row) => <Link to={`/policies/${row.PolicyId}`}>{row.PolicyName}</Link> },
    { key: "type", title: words("type"), render: (row) => <Tag kind={row.PolicyType === "User" ? "info" : "default"}>{row.PolicyType === "User" ? words("customPolicy") : words("presetPolicy")}</Tag> },
    { key: "remark", title: words("description"), width: 200, render: (row) => row.Remark },
    { key: "time", title: text("attachedTime"), render: (row) => <Time text={row.AddTime} /> },
    {
      key: "operation",
      title: words("operation"),
      render: (row) => (
        <Button kind="text" size="small" label={`${text("detach")} ${row.PolicyName}`} onClick={() => detach(row)}>
          {text("detach")}
        </Button>
      ),
    },
  ];
}

function DetachPolicy({ id, name, policy, onClose }: { id: number; name: string; policy: AttachPolicyInfo; onClose: () => void }) {
  const text = useText(groups);
  const change = useChange("cam", "DetachGroupPolicy", {
    onSuccess: () => {
      toast("success", text("detached"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("detachTitle", { policy: policy.PolicyName, name })}
      confirm={text("detach")}
      onClose={onClose}
      onConfirm={() => change.mutate({ PolicyId: policy.PolicyId, DetachGroupId: id })}
      busy={change.isPending}
      error={change.error}
    >
      {text("detachText", { name })}
    </ConfirmDanger>
  );
}
