import { useState } from "react";
import { useAction, useChange } from "@/api";
import type { GroupInfo } from "@/api/cam.gen";
import { common, useText } from "@/i18n";
import { ConfirmDanger, FormDialog, TextAreaField, TextField, toast } from "@/ui";
import { groups } from "./messages";

type Named = Pick<GroupInfo, "GroupId" | "GroupName" | "Remark">;

/** Makes a group, or changes the one that is given. */
export function GroupForm({ group, onCreated, onClose }: { group?: Named; onCreated?: (id: number) => void; onClose: () => void }) {
  const text = useText(groups);
  const words = useText(common);
  const [name, setName] = useState(group?.GroupName ?? "");
  const [remark, setRemark] = useState(group?.Remark ?? "");
  const create = useChange("cam", "CreateGroup", {
    onSuccess: ({ GroupId }) => {
      toast("success", text("created"));
      onClose();
      onCreated?.(GroupId);
    },
  });
  const update = useChange("cam", "UpdateGroup", {
    onSuccess: () => {
      toast("success", text("saved"));
      onClose();
    },
  });
  const send = () => {
    if (group) update.mutate({ GroupId: group.GroupId, GroupName: name.trim(), Remark: remark });
    else create.mutate({ GroupName: name.trim(), Remark: remark });
  };
  return (
    <FormDialog
      open
      title={text(group ? "editGroup" : "create")}
      submit={words(group ? "save" : "create")}
      onClose={onClose}
      onSubmit={send}
      busy={create.isPending || update.isPending}
      error={create.error ?? update.error}
      disabled={name.trim() === ""}
    >
      <TextField label={text("groupName")} hint={text("nameHint")} required value={name} onChange={setName} maxLength={64} />
      <TextAreaField label={words("remark")} value={remark} onChange={setRemark} maxLength={255} />
    </FormDialog>
  );
}

/** Asks before a group is deleted, and says how many members it concerns. */
export function DeleteGroup({ group, onClose, onDeleted }: { group: Named; onClose: () => void; onDeleted: () => void }) {
  const text = useText(groups);
  const words = useText(common);
  const members = useAction("cam", "ListUsersForGroup", { GroupId: group.GroupId, Page: 1, Rp: 1 }).data?.TotalNum ?? 0;
  const change = useChange("cam", "DeleteGroup", {
    onSuccess: () => {
      toast("success", text("deleted"));
      onDeleted();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("deleteTitle", { name: group.GroupName })}
      confirm={words("delete")}
      onClose={onClose}
      onConfirm={() => change.mutate({ GroupId: group.GroupId })}
      busy={change.isPending}
      error={change.error}
      {...(members > 0 ? { typeName: group.GroupName } : {})}
    >
      <p>{text("deleteText")}</p>
      {members > 0 && <p>{text("deleteMembers", { count: members })}</p>}
    </ConfirmDanger>
  );
}
