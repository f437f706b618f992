import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { ApiError, call, useAction } from "@/api";
import type { StrategyInfo } from "@/api/cam.gen";
import { common, useText, type Text } from "@/i18n";
import { AddIcon, Button, DataTable, Empty, Link, LinkButton, Page, SearchBox, Select, Tag, Time, useDelayed, usePaging, type Column } from "@/ui";
import { DeletePolicies } from "./delete";
import { policies } from "./messages";

type Scope = "All" | "QCS" | "Local";

/** Policies of the account and those of hufu. */
export default function PolicyList() {
  const text = useText(policies);
  const words = useText(common);
  const [params, setParams] = useSearchParams();
  const scope = scopeOf(params.get("scope"));
  const service = params.get("service") ?? "";
  const [keyword, setKeyword] = useState("");
  const asked = useDelayed(keyword.trim());
  const paging = usePaging();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState<readonly StrategyInfo[]>([]);
  const list = usePolicies(scope, service, asked, paging.page, paging.limit);
  const filter = (name: string, value: string) => {
    setParams((now) => withFilter(now, name, value), { replace: true });
    paging.first();
  };
  return (
    <Page title={words("policies")} description={text("listText")} actions={<LinkButton kind="primary" icon={<AddIcon />} to="/policies/create">{text("create")}</LinkButton>}>
      <DataTable
        label={words("policies")}
        name="policies"
        columns={columns(text, words, (policy) => setDeleting([policy]))}
        rows={list.rows}
        rowKey={(row) => String(row.PolicyId)}
        rowName={(row) => row.PolicyName}
        error={list.error}
        onRetry={list.retry}
        paging={paging.of(list.total)}
        selection={{ selected, onChange: setSelected, canSelect: (row) => row.Type === 1 }}
        bulk={
          <Button size="small" onClick={() => setDeleting((list.rows ?? []).filter((row) => selected.has(String(row.PolicyId))))}>
            {text("deleteSelected")}
          </Button>
        }
        empty={asked || service || scope !== "Local" ? undefined : <Empty title={text("emptyTitle")} action={<LinkButton to="/policies/create">{text("create")}</LinkButton>}>{text("emptyText")}</Empty>}
        toolbar={
          <Filters
            keyword={keyword}
            onKeyword={(value) => {
              setKeyword(value);
              paging.first();
            }}
            scope={scope}
            service={service}
            onFilter={filter}
          />
        }
      />
      <DeletePolicies
        policies={deleting}
        onClose={() => setDeleting([])}
        onDeleted={() => {
          setDeleting([]);
          setSelected(new Set());
        }}
      />
    </Page>
  );
}

interface FiltersProps {
  keyword: string;
  onKeyword: (keyword: string) => void;
  scope: Scope;
  service: string;
  onFilter: (name: "scope" | "service", value: string) => void;
}

function Filters({ keyword, onKeyword, scope, service, onFilter }: FiltersProps) {
  const text = useText(policies);
  const words = useText(common);
  return (
    <>
      <SearchBox label={text("searchName")} value={keyword} onChange={onKeyword} />
      <Select<Scope>
        label={text("kind")}
        value={scope}
        onChange={(value) => onFilter("scope", value === "All" ? "" : value)}
        options={[
          { value: "All", label: text("allKinds") },
          { value: "Local", label: words("customPolicy") },
          { value: "QCS", label: words("presetPolicy") },
        ]}
      />
      <ServiceFilter value={service} onChange={(value) => onFilter("service", value)} />
    </>
  );
}

/** Filters are in the address, so that they survive a reload and can be linked to. */
function withFilter(params: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value) next.set(name, value);
  else next.delete(name);
  return next;
}

function scopeOf(value: string | null): Scope {
  return value === "QCS" || value === "Local" ? value : "All";
}

function columns(text: Text<typeof policies>, words: Text<typeof common>, remove: (policy: StrategyInfo) => void): Column<StrategyInfo>[] {
  return [
    { key: "name", title: words("name"), width: 200, render: (row) => <Link to={`/policies/${row.PolicyId}`}>{row.PolicyName}</Link> },
    { key: "type", title: words("type"), render: (row) => <KindTag policy={row} /> },
    { key: "service", title: text("service"), optional: true, render: (row) => row.ServiceType },
    { key: "description", title: words("description"), width: 180, optional: true, render: (row) => row.Description },
    { key: "attachments", title: text("attachments"), align: "right", render: (row) => row.Attachments },
    { key: "bounds", title: text("boundaryCount"), align: "right", optional: true, hidden: true, render: (row) => row.AttachEntityBoundaryCount ?? 0 },
    { key: "updated", title: words("updateTime"), optional: true, render: (row) => <Time text={row.UpdateTime ?? row.AddTime} /> },
    {
      key: "operation",
      title: words("operation"),
      render: (row) =>
        row.Type === 1 && (
          <Button kind="text" size="small" label={`${words("delete")} ${row.PolicyName}`} onClick={() => remove(row)}>
            {words("delete")}
          </Button>
        ),
    },
  ];
}

function KindTag({ policy }: { policy: StrategyInfo }) {
  const text = useText(policies);
  if (policy.IsServiceLinkedPolicy === 1) return <Tag>{text("serviceLinked")}</Tag>;
  return policy.Type === 1 ? <Tag kind="info">{text("custom")}</Tag> : <Tag>{text("preset")}</Tag>;
}

function ServiceFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const text = useText(policies);
  const presets = useAllPolicies("QCS", "", true).data ?? [];
  const services = [...new Set([value, ...presets.map((policy) => policy.ServiceType)])].filter(Boolean).sort();
  return (
    <Select
      label={text("service")}
      value={value}
      onChange={onChange}
      options={[{ value: "", label: text("allServices") }, ...services.map((service) => ({ value: service, label: service }))]}
    />
  );
}

interface Listed {
  rows: readonly StrategyInfo[] | undefined;
  total: number;
  error: unknown;
  retry: () => void;
}

/** A page of the policies. hufu does not filter by product: with one, all are read once and filtered here. */
function usePolicies(scope: Scope, service: string, keyword: string, page: number, limit: number): Listed {
  const word = keyword ? { Keyword: keyword } : {};
  const paged = useAction("cam", "ListPolicies", { Page: page, Rp: limit, Scope: scope, ...word }, { keep: true, enabled: service === "" });
  const all = useAllPolicies(scope, keyword, service !== "");
  if (service === "") {
    return { rows: paged.data?.List, total: paged.data?.TotalNum ?? 0, error: paged.error, retry: () => void paged.refetch() };
  }
  const fitting = all.data?.filter((policy) => policy.ServiceType === service);
  return { rows: fitting?.slice((page - 1) * limit, page * limit), total: fitting?.length ?? 0, error: all.error, retry: () => void all.refetch() };
}

/** Every policy of a kind, read page by page. */
function useAllPolicies(scope: Scope, keyword: string, enabled: boolean) {
  return useQuery<StrategyInfo[], ApiError>({
    queryKey: ["cam", "ListPolicies", "all", scope, keyword],
    enabled,
    queryFn: async ({ signal }) => {
      const found: StrategyInfo[] = [];
      for (let page = 1; ; page++) {
        const answer = await call("cam", "ListPolicies", { Page: page, Rp: 200, Scope: scope, ...(keyword ? { Keyword: keyword } : {}) }, signal);
        found.push(...answer.List);
        if (answer.List.length === 0 || found.length >= answer.TotalNum) return found;
      }
    },
  });
}
