import { useState } from "react";
import { call, useAction, useChange } from "@/api";
import type { AttachEntityOfPolicy } from "@/api/cam.gen";
import { common, useText, type Text } from "@/i18n";
import { GroupPicker, PickDialog, RolePicker, UserPicker, type PickedGroup, type PickedRole, type PickedUser } from "@/pickers";
import { Button, ConfirmDanger, DataTable, Empty, Link, Menu, MenuItem, Select, Tag, Time, toast, usePaging, type Column } from "@/ui";
import { policies } from "./messages";

type Filter = "All" | "User" | "Group" | "Role";

const kinds = { 1: "entityUser", 2: "entityGroup", 3: "entityRole" } as const;

function kindOf(row: AttachEntityOfPolicy): 1 | 2 | 3 {
  return row.RelatedType === 2 || row.RelatedType === 3 ? row.RelatedType : 1;
}

/** Users, groups and roles that hold a policy, and attaching it to more. */
export function Entities({ id, name }: { id: number; name: string }) {
  const text = useText(policies);
  const words = useText(common);
  const [filter, setFilter] = useState<Filter>("All");
  const paging = usePaging();
  const query = useAction("cam", "ListEntitiesForPolicy", { PolicyId: id, Page: paging.page, Rp: paging.limit, EntityFilter: filter }, { keep: true });
  const [attaching, setAttaching] = useState<Exclude<Filter, "All">>();
  const [detaching, setDetaching] = useState<AttachEntityOfPolicy>();
  const attach = (
    <Menu label={text("attachTo")}>
      <MenuItem onClick={() => setAttaching("User")}>{text("attachUsers")}</MenuItem>
      <MenuItem onClick={() => setAttaching("Group")}>{text("attachGroups")}</MenuItem>
      <MenuItem onClick={() => setAttaching("Role")}>{text("attachRoles")}</MenuItem>
    </Menu>
  );
  return (
    <>
      <DataTable
        plain
        label={text("entities")}
        columns={columns(text, words, setDetaching)}
        rows={query.data?.List}
        rowKey={(row) => `${row.RelatedType} ${row.Id}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalNum ?? 0)}
        {...(filter === "All" ? { empty: <Empty title={text("notAttachedTitle")}>{text("notAttachedText")}</Empty> } : {})}
        toolbar={
          <>
            {attach}
            <Select<Filter>
              label={text("entityKind")}
              value={filter}
              onChange={(next) => {
                setFilter(next);
                paging.first();
              }}
              options={[
                { value: "All", label: text("allEntities") },
                { value: "User", label: text("entityUser") },
                { value: "Group", label: text("entityGroup") },
                { value: "Role", label: text("entityRole") },
              ]}
            />
          </>
        }
      />
      <Attach id={id} name={name} kind={attaching} onClose={() => setAttaching(undefined)} />
      {detaching && <Detach id={id} policy={name} entity={detaching} onClose={() => setDetaching(undefined)} />}
    </>
  );
}

function columns(text: Text<typeof policies>, words: Text<typeof common>, detach: (row: AttachEntityOfPolicy) => void): Column<AttachEntityOfPolicy>[] {
  return [
    { key: "name", title: words("name"), width: 220, render: (row) => <Link to={addressOf(row)}>{row.Name}</Link> },
    { key: "kind", title: text("entityKind"), render: (row) => <Tag>{text(kinds[kindOf(row)])}</Tag> },
    { key: "time", title: text("attachedTime"), render: (row) => <Time text={row.AttachmentTime} /> },
    {
      key: "operation",
      title: words("operation"),
      render: (row) => (
        <Button kind="text" size="small" label={`${text("detach")} ${row.Name}`} onClick={() => detach(row)}>
          {text("detach")}
        </Button>
      ),
    },
  ];
}

function addressOf(row: AttachEntityOfPolicy): string {
  const kind = kindOf(row);
  return kind === 1 ? `/users/${row.Uin}` : kind === 2 ? `/groups/${row.Id}` : `/roles/${row.Id}`;
}

function Attach({ id, name, kind, onClose }: { id: number; name: string; kind: Exclude<Filter, "All"> | undefined; onClose: () => void }) {
  const text = useText(policies);
  const dialog = { title: text("attachTitle", { name }), submit: text("attach"), done: text("attachedDone"), onClose };
  return (
    <>
      <PickDialog<PickedUser>
        {...dialog}
        open={kind === "User"}
        picker={UserPicker}
        label={text("attachUsers")}
        each={(user) => call("cam", "AttachUserPolicy", { PolicyId: id, AttachUin: user.uin })}
      />
      <PickDialog<PickedGroup>
        {...dialog}
        open={kind === "Group"}
        picker={GroupPicker}
        label={text("attachGroups")}
        each={(group) => call("cam", "AttachGroupPolicy", { PolicyId: id, AttachGroupId: group.groupId })}
      />
      <PickDialog<PickedRole>
        {...dialog}
        open={kind === "Role"}
        picker={RolePicker}
        label={text("attachRoles")}
        each={(role) => call("cam", "AttachRolePolicy", { PolicyId: id, AttachRoleId: role.id })}
      />
    </>
  );
}

function Detach({ id, policy, entity, onClose }: { id: number; policy: string; entity: AttachEntityOfPolicy; onClose: () => void }) {
  const text = useText(policies);
  const options = {
    onSuccess: () => {
      toast("success", text("detachedDone"));
      onClose();
    },
  };
  const fromUser = useChange("cam", "DetachUserPolicy", options);
  const fromGroup = useChange("cam", "DetachGroupPolicy", options);
  const fromRole = useChange("cam", "DetachRolePolicy", options);
  const kind = kindOf(entity);
  const change = kind === 1 ? fromUser : kind === 2 ? fromGroup : fromRole;
  const send = () => {
    if (kind === 1) fromUser.mutate({ PolicyId: id, DetachUin: entity.Uin });
    else if (kind === 2) fromGroup.mutate({ PolicyId: id, DetachGroupId: Number(entity.Id) });
    else fromRole.mutate({ PolicyId: id, DetachRoleId: entity.Id });
  };
  return (
    <ConfirmDanger
      open
      title={text("detachTitle", { policy, name: entity.Name })}
      confirm={text("detach")}
      onClose={onClose}
      onConfirm={send}
      busy={change.isPending}
      error={change.error}
    >
      {text(kind === 2 ? "detachGroupText" : "detachText", { name: entity.Name })}
    </ConfirmDanger>
  );
}
