import { useState } from "react";
import { call, useAction, useChange } from "@/api";
import type { GroupMemberInfo } from "@/api/cam.gen";
import { common, useText, type Text } from "@/i18n";
import { PickDialog, UserPicker, type PickedUser } from "@/pickers";
import { AddIcon, Button, ConfirmDanger, DataTable, Empty, Link, Tag, Time, toast, usePaging, type Column } from "@/ui";
import { groups } from "./messages";

/** The members of a group. */
export function Members({ id, name }: { id: number; name: string }) {
  const text = useText(groups);
  const words = useText(common);
  const paging = usePaging();
  const query = useAction("cam", "ListUsersForGroup", { GroupId: id, Page: paging.page, Rp: paging.limit }, { keep: true });
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<GroupMemberInfo>();
  const add = (
    <Button icon={<AddIcon />} onClick={() => setAdding(true)}>
      {text("addMembers")}
    </Button>
  );
  return (
    <>
      <DataTable
        plain
        label={text("members")}
        columns={columns(text, words, setRemoving)}
        rows={query.data?.UserInfo}
        rowKey={(row) => `${row.Uin} ${row.Uid}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalNum ?? 0)}
        empty={<Empty title={text("noMembersTitle")}>{text("noMembersText")}</Empty>}
        toolbar={add}
      />
      <PickDialog<PickedUser>
        open={adding}
        title={text("addMembersTo", { name })}
        picker={UserPicker}
        label={words("users")}
        taken={new Set(query.data?.UserInfo.map((member) => String(member.Uin)))}
        submit={text("add")}
        done={text("added")}
        each={(user) => call("cam", "AddUserToGroup", { Info: [{ Uin: user.uin, GroupId: id }] })}
        onClose={() => setAdding(false)}
      />
      {removing && <RemoveMember id={id} group={name} member={removing} onClose={() => setRemoving(undefined)} />}
    </>
  );
}

function columns(text: Text<typeof groups>, words: Text<typeof common>, remove: (member: GroupMemberInfo) => void): Column<GroupMemberInfo>[] {
  return [
    {
      key: "name",
      title: words("name"),
      width: 200,
      render: (row) => (row.Uin ? <Link to={`/users/${row.Uin}`}>{row.Name}</Link> : row.Name),
    },
    { key: "uin", title: text("userId"), render: (row) => (row.Uin ? row.Uin : <Tag>{text("receiver")}</Tag>) },
    { key: "remark", title: words("remark"), width: 180, render: (row) => row.Remark },
    { key: "created", title: words("createTime"), render: (row) => <Time text={row.CreateTime} /> },
    {
      key: "operation",
      title: words("operation"),
      render: (row) => (
        <Button kind="text" size="small" label={`${words("remove")} ${row.Name}`} onClick={() => remove(row)}>
          {words("remove")}
        </Button>
      ),
    },
  ];
}

function RemoveMember({ id, group, member, onClose }: { id: number; group: string; member: GroupMemberInfo; onClose: () => void }) {
  const text = useText(groups);
  const words = useText(common);
  const change = useChange("cam", "RemoveUserFromGroup", {
    onSuccess: () => {
      toast("success", text("removed"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("removeTitle", { user: member.Name, group })}
      confirm={words("remove")}
      onClose={onClose}
      onConfirm={() => change.mutate({ Info: [member.Uin ? { Uin: member.Uin, GroupId: id } : { Uid: member.Uid, GroupId: id }] })}
      busy={change.isPending}
      error={change.error}
    >
      {text("removeText", { user: member.Name })}
    </ConfirmDanger>
  );
}
