// The three ways in which new users come to permissions. They add up: what one gives, another does not take.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, patiently, refresh } from "@/api";
import { common, useText } from "@/i18n";
import { AddIcon, Alert, Button, FormDialog, Stack, Tabs, TextField, toast } from "@/ui";
import { BatchState, GroupPicker, PolicyPicker, UserPicker, useBatch, type PickedGroup, type PickedPolicy, type PickedUser } from "@/pickers";
import { createText } from "./messages";

export interface Grants {
  groups: PickedGroup[];
  copyFrom: PickedUser[];
  policies: PickedPolicy[];
}

export const noGrants: Grants = { groups: [], copyFrom: [], policies: [] };

export function isEmpty(grants: Grants): boolean {
  return grants.groups.length + grants.copyFrom.length + grants.policies.length === 0;
}

interface GrantsProps {
  value: Grants;
  onChange: (grants: Grants) => void;
}

/** Sets the permissions of new users; nothing has to be chosen. */
export function GrantsEditor({ value, onChange }: GrantsProps) {
  const text = useText(createText);
  const [tab, setTab] = useState("groups");
  const counted = (label: string, count: number) => (count === 0 ? label : `${label} (${count})`);
  return (
    <Tabs
      label={text("ways")}
      value={tab}
      onChange={setTab}
      tabs={[
        { key: "groups", label: counted(text("wayGroups"), value.groups.length), content: <GroupsWay value={value} onChange={onChange} /> },
        {
          key: "copy",
          label: counted(text("wayCopy"), value.copyFrom.length),
          content: (
            <Stack>
              <p className="ui-page-description">{text("copyHint")}</p>
              <UserPicker label={text("chooseUsers")} value={value.copyFrom} onChange={(copyFrom) => onChange({ ...value, copyFrom })} most={20} />
            </Stack>
          ),
        },
        {
          key: "policies",
          label: counted(text("wayPolicies"), value.policies.length),
          content: (
            <Stack>
              <p className="ui-page-description">{text("policiesHint")}</p>
              <PolicyPicker label={text("choosePolicies")} value={value.policies} onChange={(policies) => onChange({ ...value, policies })} most={200} />
            </Stack>
          ),
        },
      ]}
    />
  );
}

function GroupsWay({ value, onChange }: GrantsProps) {
  const text = useText(createText);
  const [creating, setCreating] = useState(false);
  const choose = (groups: PickedGroup[]) => onChange({ ...value, groups });
  return (
    <Stack>
      <div className="ui-row ui-row-between">
        <p className="ui-page-description">{text("groupsHint")}</p>
        <Button icon={<AddIcon />} disabled={value.groups.length >= 10} onClick={() => setCreating(true)}>
          {text("createGroup")}
        </Button>
      </div>
      <GroupPicker label={text("chooseGroups")} value={value.groups} onChange={choose} most={10} />
      {creating && <CreateGroup onClose={() => setCreating(false)} onCreated={(group) => choose([...value.groups, group])} />}
    </Stack>
  );
}

/** Makes a group in place, with its policies. One whose policies were attached in part is chosen all the same: it is there. */
function CreateGroup({ onClose, onCreated }: { onClose: () => void; onCreated: (group: PickedGroup) => void }) {
  const text = useText(createText);
  const words = useText(common);
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [remark, setRemark] = useState("");
  const [policies, setPolicies] = useState<PickedPolicy[]>([]);
  const [error, setError] = useState<unknown>();
  const [made, setMade] = useState<number>();
  const batch = useBatch();
  const [busy, setBusy] = useState(false);
  const create = async () => {
    const { GroupId } = await call("cam", "CreateGroup", { GroupName: name.trim(), Remark: remark.trim() });
    refresh(client, ["cam.ListGroups"]);
    setMade(GroupId);
    onCreated({ id: String(GroupId), groupId: GroupId, name: name.trim(), remark: remark.trim() });
    return GroupId;
  };
  const send = async () => {
    setError(undefined);
    setBusy(true);
    try {
      const group = made ?? (await create());
      const all = await batch.run(policies, (policy) => patiently(() => call("cam", "AttachGroupPolicy", { AttachGroupId: group, PolicyId: policy.policyId })));
      if (!all) return;
      toast("success", text("groupCreated"));
      onClose();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormDialog
      open
      width="wide"
      title={text("createGroup")}
      submit={words(made === undefined ? "create" : "retry")}
      onSubmit={() => void send()}
      onClose={onClose}
      busy={busy}
      error={error}
      disabled={name.trim() === ""}
    >
      {made === undefined ? (
        <>
          <TextField label={text("groupName")} value={name} onChange={setName} maxLength={64} required autoFocus />
          <TextField label={words("remark")} value={remark} onChange={setRemark} maxLength={255} />
        </>
      ) : (
        !busy && <Alert kind="warning">{text("groupPartly")}</Alert>
      )}
      <PolicyPicker label={text("groupPolicies")} value={policies} onChange={setPolicies} />
      <BatchState batch={batch} />
    </FormDialog>
  );
}
