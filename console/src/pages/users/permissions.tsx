import { useState } from "react";
import { call, useAction, useChange, type Out } from "@/api";
import { common, useText } from "@/i18n";
import { AddIcon, Alert, Button, ConfirmDanger, DataTable, Empty, Link, Row, SearchBox, Select, Tag, Time, toast, useDelayed, usePaging, type Column } from "@/ui";
import { PickDialog, PolicyPicker } from "@/pickers";
import { detailText } from "./messages";
import type { User } from "./user";

type Policy = Out<"cam", "ListAttachedUserAllPolicies">["PolicyList"][number];

// The numbers of AttachType.
const both = 0;
const directly = 1;
const byGroups = 2;

/** All policies of a user, and where each comes from. */
export function Permissions({ user }: { user: User }) {
  const text = useText(detailText);
  const paging = usePaging(20);
  const [keyword, setKeyword] = useState("");
  const [ways, setWays] = useState(both);
  const [doing, setDoing] = useState<"attach" | Policy>();
  const asked = useDelayed(keyword.trim());
  const query = useAction(
    "cam",
    "ListAttachedUserAllPolicies",
    { TargetUin: user.Uin, Page: paging.page, Rp: paging.limit, AttachType: ways, ...(asked ? { Keyword: asked } : {}) },
    { keep: true },
  );
  // Which of them are attached to the user itself: the list of all says so of none.
  const own = useAction("cam", "ListAttachedUserPolicies", { TargetUin: user.Uin, Rp: 200 });
  const direct = new Set(own.data?.List.map((policy) => String(policy.PolicyId)));
  const columns = useColumns(direct, setDoing);
  // Another filter makes another list, which begins with its first page.
  const first =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      paging.first();
    };
  return (
    <>
      <BoundaryNote user={user} />
      <DataTable
        plain
        label={text("permissionsTab")}
        columns={columns}
        rows={query.data?.PolicyList}
        rowKey={(policy) => policy.PolicyId}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalNum ?? 0)}
        toolbar={
          <>
            <Button kind="primary" icon={<AddIcon />} onClick={() => setDoing("attach")}>
              {text("attach")}
            </Button>
            <Filters keyword={keyword} onKeyword={first(setKeyword)} ways={ways} onWays={first(setWays)} />
          </>
        }
        empty={asked || ways !== both ? undefined : <Empty title={text("noPolicies")}>{text("noPoliciesText")}</Empty>}
      />
      <PickDialog
        open={doing === "attach"}
        title={text("attachTitle", { name: user.Name })}
        picker={PolicyPicker}
        label={text("choosePolicy")}
        taken={direct}
        submit={text("attach")}
        done={text("attached")}
        each={(policy) => call("cam", "AttachUserPolicy", { AttachUin: user.Uin, PolicyId: policy.policyId })}
        onClose={() => setDoing(undefined)}
      />
      {typeof doing === "object" && <Detach user={user} policy={doing} onClose={() => setDoing(undefined)} />}
    </>
  );
}

function Filters({ keyword, onKeyword, ways, onWays }: { keyword: string; onKeyword: (keyword: string) => void; ways: number; onWays: (ways: number) => void }) {
  const text = useText(detailText);
  return (
    <>
      <SearchBox label={text("searchPolicies")} value={keyword} onChange={onKeyword} />
      <Select
        label={text("from")}
        value={ways}
        onChange={onWays}
        options={[
          { value: both, label: text("allPolicies") },
          { value: directly, label: text("onlyDirect") },
          { value: byGroups, label: text("onlyGroups") },
        ]}
      />
    </>
  );
}

function useColumns(direct: ReadonlySet<string>, detach: (policy: Policy) => void): Column<Policy>[] {
  const text = useText(detailText);
  const words = useText(common);
  return [
    {
      key: "name",
      title: words("policy"),
      width: 220,
      render: (policy) => (
        <>
          <Link to={`/policies/${policy.PolicyId}`}>{policy.PolicyName}</Link>
          {policy.Description && <span className="ui-hint">{policy.Description}</span>}
        </>
      ),
    },
    { key: "type", title: words("type"), width: 120, render: (policy) => words(policy.StrategyType === "2" ? "presetPolicy" : "customPolicy") },
    {
      key: "from",
      title: text("from"),
      width: 220,
      render: (policy) => (
        <Row>
          {direct.has(policy.PolicyId) && <Tag>{text("direct")}</Tag>}
          {policy.Groups.map((group) => (
            <Link key={group.GroupId} to={`/groups/${group.GroupId}`}>
              {text("byGroup", { name: group.GroupName })}
            </Link>
          ))}
        </Row>
      ),
    },
    { key: "time", title: text("attachTime"), width: 160, render: (policy) => <Time text={policy.AddTime} /> },
    {
      key: "operation",
      title: words("operation"),
      width: 100,
      render: (policy) =>
        direct.has(policy.PolicyId) && (
          <Button kind="text" size="small" label={`${text("detach")} ${policy.PolicyName}`} onClick={() => detach(policy)}>
            {text("detach")}
          </Button>
        ),
    },
  ];
}

/** Says that a boundary bounds what the policies give. */
function BoundaryNote({ user }: { user: User }) {
  const text = useText(detailText);
  const { data } = useAction("cam", "GetUserPermissionBoundary", { TargetUin: user.Uin });
  if (!data?.PolicyId) return null;
  return (
    <Alert>
      <p>
        {text("boundedBy")}: <Link to={`/policies/${data.PolicyId}`}>{data.PolicyName}</Link>
      </p>
      <p>{text("boundedText")}</p>
    </Alert>
  );
}

function Detach({ user, policy, onClose }: { user: User; policy: Policy; onClose: () => void }) {
  const text = useText(detailText);
  const detach = useChange("cam", "DetachUserPolicy", {
    onSuccess: () => {
      toast("success", text("detached"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("detachTitle", { policy: policy.PolicyName })}
      confirm={text("detach")}
      onClose={onClose}
      onConfirm={() => detach.mutate({ DetachUin: user.Uin, PolicyId: Number(policy.PolicyId) })}
      busy={detach.isPending}
      error={detach.error}
    >
      {text("detachText", { name: user.Name })}
    </ConfirmDanger>
  );
}
