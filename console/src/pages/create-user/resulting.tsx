// Which policies new users will have, and from where.
import { useQueries } from "@tanstack/react-query";
import { call, type Out } from "@/api";
import { common, useText } from "@/i18n";
import { Alert, DataTable, Tag, type Column } from "@/ui";
import { isEmpty, type Grants } from "./grants";
import { createText } from "./messages";

export type ResultingPolicy = Out<"hufu", "PreviewWeComImport">["Policies"][number];

interface Holder {
  kind: "group" | "user";
  id: number;
  name: string;
}

/** The union of what the groups, the users that are copied and the policies give, by name. */
export function useResultingPolicies(grants: Grants): { policies: ResultingPolicy[] | undefined; error: unknown; refetch: () => void } {
  const holders: Holder[] = [
    ...grants.groups.map((group): Holder => ({ kind: "group", id: group.groupId, name: group.name })),
    ...grants.copyFrom.map((user): Holder => ({ kind: "user", id: user.uin, name: user.name })),
  ];
  const queries = useQueries({ queries: holders.map((holder) => ({ queryKey: ["cam", "resulting", holder.kind, holder.id], queryFn: () => policiesOf(holder) })) });
  const error = queries.find((query) => query.error)?.error;
  const lists = queries.map((query) => query.data);
  const policies = lists.every((list) => list !== undefined) ? union(grants, holders, lists) : undefined;
  return { policies, error, refetch: () => queries.forEach((query) => void query.refetch()) };
}

interface Attached {
  PolicyId: number;
  PolicyName: string;
  PolicyType: string;
}

/** All policies of a group, or those of a user itself. */
export async function policiesOf(holder: { kind: "group" | "user"; id: number }): Promise<Attached[]> {
  const all: Attached[] = [];
  for (let page = 1; ; page += 1) {
    const { List, TotalNum } =
      holder.kind === "group"
        ? await call("cam", "ListAttachedGroupPolicies", { TargetGroupId: holder.id, Page: page, Rp: 200 })
        : await call("cam", "ListAttachedUserPolicies", { TargetUin: holder.id, Page: page, Rp: 200 });
    all.push(...List);
    if (List.length === 0 || all.length >= TotalNum) return all;
  }
}

function union(grants: Grants, holders: readonly Holder[], lists: readonly (readonly Attached[])[]): ResultingPolicy[] {
  const found = new Map<number, ResultingPolicy>();
  const at = (policy: Attached): ResultingPolicy => {
    const known = found.get(policy.PolicyId) ?? { ...policy, Direct: false, Groups: [], CopiedFrom: [] };
    found.set(policy.PolicyId, known);
    return known;
  };
  for (const policy of grants.policies) at({ PolicyId: policy.policyId, PolicyName: policy.name, PolicyType: policy.preset ? "QCS" : "User" }).Direct = true;
  for (const [index, holder] of holders.entries()) {
    for (const { PolicyId, PolicyName, PolicyType } of lists[index] ?? []) {
      const policy = at({ PolicyId, PolicyName, PolicyType });
      if (holder.kind === "group") policy.Groups.push({ GroupId: holder.id, GroupName: holder.name });
      else policy.CopiedFrom.push(holder.id);
    }
  }
  return [...found.values()].sort((one, other) => one.PolicyName.localeCompare(other.PolicyName));
}

interface ResultingProps {
  grants: Grants;
  policies: readonly ResultingPolicy[] | undefined;
  error?: unknown;
  onRetry?: () => void;
}

export function ResultingPolicies({ grants, policies, error, onRetry }: ResultingProps) {
  const text = useText(createText);
  const words = useText(common);
  if (isEmpty(grants)) {
    return (
      <Alert kind="warning" title={text("nothingGranted")}>
        {text("nothingGrantedText")}
      </Alert>
    );
  }
  const columns: Column<ResultingPolicy>[] = [
    { key: "name", title: words("policy"), width: 220, render: (policy) => policy.PolicyName },
    { key: "type", title: words("type"), width: 120, render: (policy) => words(policy.PolicyType === "QCS" ? "presetPolicy" : "customPolicy") },
    { key: "from", title: text("comesFrom"), width: 240, render: (policy) => <Sources policy={policy} grants={grants} /> },
  ];
  return (
    <>
      <h3>{text("resulting")}</h3>
      <DataTable
        plain
        label={text("resulting")}
        columns={columns}
        rows={policies}
        rowKey={(policy) => String(policy.PolicyId)}
        error={error}
        {...(onRetry ? { onRetry } : {})}
      />
    </>
  );
}

function Sources({ policy, grants }: { policy: ResultingPolicy; grants: Grants }) {
  const text = useText(createText);
  const nameOf = (uin: number) => grants.copyFrom.find((user) => user.uin === uin)?.name ?? String(uin);
  // What is copied is attached directly too; that it was copied says more.
  const chosen = grants.policies.some((one) => one.policyId === policy.PolicyId);
  return (
    <span className="ui-row">
      {chosen && <Tag>{text("directWay")}</Tag>}
      {policy.Groups.map((group) => (
        <Tag key={`group${group.GroupId}`} kind="info">
          {text("groupWay", { name: group.GroupName })}
        </Tag>
      ))}
      {policy.CopiedFrom.map((uin) => (
        <Tag key={`user${uin}`} kind="success">
          {text("copyWay", { name: nameOf(uin) })}
        </Tag>
      ))}
    </span>
  );
}
