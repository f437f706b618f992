// What is done to several users at once: a call for each, whose failures are shown user by user.
import { useState } from "react";
import { call, patiently } from "@/api";
import { useText } from "@/i18n";
import { ConfirmDanger, FormDialog, toast } from "@/ui";
import { BatchState, GroupPicker, PolicyPicker, useBatch, type PickedGroup, type PickedPolicy } from "@/pickers";
import { usersText } from "./messages";
import type { User } from "./user";

interface BulkProps {
  users: readonly User[];
  onClose: () => void;
  /** Called when something was done to all of them. */
  onDone: () => void;
}

export function AddToGroups({ users, onClose, onDone }: BulkProps) {
  const text = useText(usersText);
  const [chosen, setChosen] = useState<PickedGroup[]>([]);
  const batch = useBatch();
  const send = async () => {
    const items = users.map((user) => ({ name: user.Name, uin: user.Uin }));
    const all = await batch.run(items, ({ uin }) =>
      patiently(() => call("cam", "AddUserToGroup", { Info: chosen.map((group) => ({ GroupId: group.groupId, Uin: uin })) })),
    );
    if (!all) return;
    toast("success", text("groupDone"));
    onDone();
  };
  return (
    <FormDialog
      open
      width="wide"
      title={text("groupTitle", { count: users.length })}
      submit={text("add")}
      onSubmit={() => void send()}
      onClose={onClose}
      busy={batch.progress !== undefined}
      disabled={chosen.length === 0}
    >
      <GroupPicker label={text("chooseGroups")} value={chosen} onChange={setChosen} most={10} />
      <BatchState batch={batch} />
    </FormDialog>
  );
}

export function AttachPolicies({ users, onClose, onDone }: BulkProps) {
  const text = useText(usersText);
  const [chosen, setChosen] = useState<PickedPolicy[]>([]);
  const batch = useBatch();
  const send = async () => {
    const items = users.flatMap((user) =>
      chosen.map((policy) => ({ name: users.length === 1 ? policy.name : `${user.Name} - ${policy.name}`, uin: user.Uin, policyId: policy.policyId })),
    );
    const all = await batch.run(items, ({ uin, policyId }) => patiently(() => call("cam", "AttachUserPolicy", { AttachUin: uin, PolicyId: policyId })));
    if (!all) return;
    toast("success", text("authorizeDone"));
    onDone();
  };
  return (
    <FormDialog
      open
      width="wide"
      title={text("authorizeTitle", { count: users.length })}
      submit={text("attach")}
      onSubmit={() => void send()}
      onClose={onClose}
      busy={batch.progress !== undefined}
      disabled={chosen.length === 0}
    >
      <PolicyPicker label={text("choosePolicies")} value={chosen} onChange={setChosen} />
      <BatchState batch={batch} />
    </FormDialog>
  );
}

/** Deletes users once the name of the one, or the number of the many, was typed. Those that cannot be deleted stay in the question. */
export function DeleteUsers({ users, onClose, onDone }: BulkProps) {
  const text = useText(usersText);
  const [left, setLeft] = useState(users);
  const batch = useBatch();
  const keys = left.reduce((sum, user) => sum + user.Keys, 0);
  const send = async () => {
    const deleted = new Set<number>();
    const items = left.map((user) => ({ name: user.Name, user }));
    const all = await batch.run(items, async ({ user }) => {
      await patiently(() => call("cam", "DeleteUser", { Name: user.Name, Force: user.Keys > 0 ? 1 : 0 }));
      deleted.add(user.Uin);
    });
    if (deleted.size > 0) toast("success", text("deleted", { count: deleted.size }));
    setLeft(left.filter((user) => !deleted.has(user.Uin)));
    if (all) onDone();
  };
  return (
    <ConfirmDanger
      open
      title={text("deleteTitle", { count: left.length })}
      confirm={text("deleteTitle", { count: left.length })}
      typeName={left.length === 1 ? (left[0]?.Name ?? "") : String(left.length)}
      onClose={onClose}
      onConfirm={() => void send()}
      busy={batch.progress !== undefined}
      fields={<BatchState batch={batch} />}
    >
      <p>{left.length <= 20 ? left.map((user) => user.Name).join(", ") : `${left.slice(0, 20).map((user) => user.Name).join(", ")} ...`}</p>
      <p>{text("deleteText")}</p>
      {keys > 0 && <p>{text("deleteKeys", { count: keys })}</p>}
    </ConfirmDanger>
  );
}
