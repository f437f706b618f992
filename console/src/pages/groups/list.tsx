import { useState } from "react";
import { useNavigate } from "react-router";
import { useAction } from "@/api";
import type { GroupInfo } from "@/api/cam.gen";
import { common, useText, type Text } from "@/i18n";
import { AddIcon, Button, DataTable, Empty, Link, Page, SearchBox, Time, useDelayed, usePaging, type Column } from "@/ui";
import { DeleteGroup, GroupForm } from "./forms";
import { groups } from "./messages";

/** User groups of the account. */
export default function GroupList() {
  const text = useText(groups);
  const words = useText(common);
  const navigate = useNavigate();
  const [keyword, setKeyword] = useState("");
  const asked = useDelayed(keyword.trim());
  const paging = usePaging();
  const query = useAction("cam", "ListGroups", { Page: paging.page, Rp: paging.limit, ...(asked ? { Keyword: asked } : {}) }, { keep: true });
  const [form, setForm] = useState<GroupInfo | "new">();
  const [deleting, setDeleting] = useState<GroupInfo>();
  const create = (
    <Button kind="primary" icon={<AddIcon />} onClick={() => setForm("new")}>
      {text("create")}
    </Button>
  );
  return (
    <Page title={words("groups")} description={text("listText")} actions={create}>
      <DataTable
        label={words("groups")}
        name="groups"
        columns={columns(text, words, setForm, setDeleting)}
        rows={query.data?.GroupInfo}
        rowKey={(row) => String(row.GroupId)}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalNum ?? 0)}
        {...(asked ? {} : { empty: <Empty title={text("emptyTitle")}>{text("emptyText")}</Empty> })}
        toolbar={
          <SearchBox
            label={text("search")}
            value={keyword}
            onChange={(value) => {
              setKeyword(value);
              paging.first();
            }}
          />
        }
      />
      {form && <GroupForm {...(form === "new" ? { onCreated: (id: number) => void navigate(`/groups/${id}`) } : { group: form })} onClose={() => setForm(undefined)} />}
      {deleting && <DeleteGroup group={deleting} onClose={() => setDeleting(undefined)} onDeleted={() => setDeleting(undefined)} />}
    </Page>
  );
}

type Act = (group: GroupInfo) => void;

function columns(text: Text<typeof groups>, words: Text<typeof common>, edit: Act, remove: Act): Column<GroupInfo>[] {
  return [
    { key: "name", title: words("name"), width: 220, render: (row) => <Link to={`/groups/${row.GroupId}`}>{row.GroupName}</Link> },
    { key: "id", title: text("groupId"), optional: true, render: (row) => row.GroupId },
    { key: "remark", title: words("remark"), width: 220, optional: true, render: (row) => row.Remark },
    { key: "created", title: words("createTime"), optional: true, render: (row) => <Time text={row.CreateTime} /> },
    {
      key: "operation",
      title: words("operation"),
      render: (row) => (
        <>
          <Button kind="text" size="small" label={`${words("edit")} ${row.GroupName}`} onClick={() => edit(row)}>
            {words("edit")}
          </Button>
          <Button kind="text" size="small" label={`${words("delete")} ${row.GroupName}`} onClick={() => remove(row)}>
            {words("delete")}
          </Button>
        </>
      ),
    },
  ];
}
