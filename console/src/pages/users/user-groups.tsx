import { useState } from "react";
import { call, useAction, useChange, type Out } from "@/api";
import { common, useText } from "@/i18n";
import { AddIcon, Button, ConfirmDanger, DataTable, Empty, Link, Time, toast, usePaging, type Column } from "@/ui";
import { GroupPicker, PickDialog } from "@/pickers";
import { detailText } from "./messages";
import type { User } from "./user";

type Group = Out<"cam", "ListGroupsForUser">["GroupInfo"][number];

/** The groups that a user is in. */
export function UserGroups({ user }: { user: User }) {
  const text = useText(detailText);
  const words = useText(common);
  const paging = usePaging(20);
  const [doing, setDoing] = useState<"add" | Group>();
  const query = useAction("cam", "ListGroupsForUser", { SubUin: user.Uin, Page: paging.page, Rp: paging.limit }, { keep: true });
  const all = useAction("cam", "ListGroupsForUser", { SubUin: user.Uin, Rp: 200 });
  const taken = new Set(all.data?.GroupInfo.map((group) => String(group.GroupId)));
  const close = () => setDoing(undefined);
  const columns: Column<Group>[] = [
    { key: "name", title: words("group"), width: 200, render: (group) => <Link to={`/groups/${group.GroupId}`}>{group.GroupName}</Link> },
    { key: "remark", title: words("remark"), width: 240, render: (group) => group.Remark },
    { key: "created", title: words("createTime"), width: 160, render: (group) => <Time text={group.CreateTime} /> },
    {
      key: "operation",
      title: words("operation"),
      width: 100,
      render: (group) => (
        <Button kind="text" size="small" label={`${text("leave")} ${group.GroupName}`} onClick={() => setDoing(group)}>
          {text("leave")}
        </Button>
      ),
    },
  ];
  return (
    <>
      <DataTable
        plain
        label={text("groupsTab")}
        columns={columns}
        rows={query.data?.GroupInfo}
        rowKey={(group) => String(group.GroupId)}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalNum ?? 0)}
        toolbar={
          <Button kind="primary" icon={<AddIcon />} onClick={() => setDoing("add")}>
            {text("addGroups")}
          </Button>
        }
        empty={<Empty title={text("noGroups")}>{text("noGroupsText")}</Empty>}
      />
      <PickDialog
        open={doing === "add"}
        title={text("addGroupsTitle", { name: user.Name })}
        picker={GroupPicker}
        label={words("groups")}
        taken={taken}
        submit={text("addGroups")}
        done={text("addedGroups")}
        each={(group) => call("cam", "AddUserToGroup", { Info: [{ GroupId: group.groupId, Uin: user.Uin }] })}
        onClose={close}
      />
      {typeof doing === "object" && <Leave user={user} group={doing} onClose={close} />}
    </>
  );
}

function Leave({ user, group, onClose }: { user: User; group: Group; onClose: () => void }) {
  const text = useText(detailText);
  const leave = useChange("cam", "RemoveUserFromGroup", {
    onSuccess: () => {
      toast("success", text("left"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("leaveTitle", { group: group.GroupName })}
      confirm={text("leave")}
      onClose={onClose}
      onConfirm={() => leave.mutate({ Info: [{ GroupId: group.GroupId, Uin: user.Uin }] })}
      busy={leave.isPending}
      error={leave.error}
    >
      {text("leaveText", { name: user.Name })}
    </ConfirmDanger>
  );
}
