import { useState } from "react";
import { call, useAction, useChange } from "@/api";
import type { RoleInfo } from "@/api/cam.gen";
import { common, useText } from "@/i18n";
import { BatchState, PolicyPicker, useBatch, type PickedPolicy } from "@/pickers";
import { Button, ConfirmDanger, EditIcon, ErrorNotice, FormDialog, KeyValue, Link, Loaded, NumberField, Row, SwitchField, TextAreaField, toast } from "@/ui";
import { isOwned } from "./kinds";
import { roles } from "./messages";
import { TagsEditor } from "./tags";

/** Description, sessions, console, boundary and tags of a role. */
export function Settings({ role }: { role: RoleInfo }) {
  const text = useText(roles);
  const words = useText(common);
  const [editing, setEditing] = useState(false);
  const owned = isOwned(role);
  return (
    <>
      <Row between>
        <h2>{text("general")}</h2>
        {!owned && (
          <Button icon={<EditIcon />} onClick={() => setEditing(true)}>
            {words("edit")}
          </Button>
        )}
      </Row>
      <KeyValue
        items={[
          { name: words("description"), value: role.Description },
          { name: text("duration"), value: `${role.SessionDuration || 43200} ${text("seconds")}` },
          { name: text("consoleLogin"), value: words(role.ConsoleLogin === 1 ? "yes" : "no") },
        ]}
      />
      <Boundary role={role} />
      <h2>{text("tags")}</h2>
      <RoleTagList role={role} />
      {editing && <EditSettings role={role} onClose={() => setEditing(false)} />}
    </>
  );
}

// Each setting has an action of its own; only those that were changed are called.
function EditSettings({ role, onClose }: { role: RoleInfo; onClose: () => void }) {
  const text = useText(roles);
  const words = useText(common);
  const [description, setDescription] = useState(role.Description);
  const [duration, setDuration] = useState<number | undefined>(role.SessionDuration ?? 0);
  const [consoleLogin, setConsoleLogin] = useState(role.ConsoleLogin === 1);
  const batch = useBatch();
  const name = { RoleName: role.RoleName };
  const save = async () => {
    const changes = [
      { name: words("description"), changed: description !== role.Description, send: () => call("cam", "UpdateRoleDescription", { ...name, Description: description }) },
      {
        name: text("duration"),
        changed: (duration ?? 0) !== (role.SessionDuration ?? 0),
        send: () => call("cam", "UpdateRoleSessionDuration", { ...name, SessionDuration: duration ?? 0 }),
      },
      {
        name: text("consoleLogin"),
        changed: consoleLogin !== (role.ConsoleLogin === 1),
        send: () => call("cam", "UpdateRoleConsoleLogin", { ...name, ConsoleLogin: consoleLogin ? 1 : 0 }),
      },
    ];
    const all = await batch.run<(typeof changes)[number]>(
      changes.filter((change) => change.changed),
      (change) => change.send(),
    );
    if (!all) return;
    toast("success", text("settingsSaved"));
    onClose();
  };
  return (
    <FormDialog open title={text("general")} submit={words("save")} onClose={onClose} onSubmit={() => void save()} busy={batch.progress !== undefined}>
      <TextAreaField label={words("description")} value={description} onChange={setDescription} />
      <NumberField label={text("duration")} hint={text("durationHint")} unit={text("seconds")} min={0} max={43200} value={duration} onChange={setDuration} />
      <SwitchField label={text("consoleLogin")} hint={text("consoleLoginHint")} checked={consoleLogin} onChange={setConsoleLogin} />
      <BatchState batch={batch} />
    </FormDialog>
  );
}

function RoleTagList({ role }: { role: RoleInfo }) {
  const text = useText(roles);
  const set = useChange("cam", "TagRole", { onSuccess: () => toast("success", text("tagSaved")) });
  const remove = useChange("cam", "UntagRole", { onSuccess: () => toast("success", text("tagRemoved")) });
  return (
    <>
      <TagsEditor
        tags={role.Tags}
        busy={set.isPending || remove.isPending}
        onSet={(tag) => set.mutate({ RoleName: role.RoleName, Tags: [tag] })}
        onRemove={(key) => remove.mutate({ RoleName: role.RoleName, TagKeys: [key] })}
      />
      <ErrorNotice error={set.error ?? remove.error} />
    </>
  );
}

function Boundary({ role }: { role: RoleInfo }) {
  const text = useText(roles);
  const query = useAction("cam", "GetRolePermissionBoundary", { RoleId: role.RoleId });
  const [doing, setDoing] = useState<"choose" | "remove">();
  const close = () => setDoing(undefined);
  return (
    <>
      <h2>{text("boundary")}</h2>
      <p className="ui-hint">{text("boundaryText")}</p>
      <Loaded query={query} lines={1}>
        {(boundary) => (
          <Row>
            {boundary.PolicyId ? <Link to={`/policies/${boundary.PolicyId}`}>{boundary.PolicyName ?? String(boundary.PolicyId)}</Link> : <span>{text("noBoundary")}</span>}
            {!isOwned(role) && (
              <>
                <Button size="small" onClick={() => setDoing("choose")}>
                  {text(boundary.PolicyId ? "changeBoundary" : "setBoundary")}
                </Button>
                {boundary.PolicyId && (
                  <Button size="small" onClick={() => setDoing("remove")}>
                    {text("removeBoundary")}
                  </Button>
                )}
              </>
            )}
          </Row>
        )}
      </Loaded>
      {doing === "choose" && <ChooseBoundary role={role} onClose={close} />}
      {doing === "remove" && <RemoveBoundary role={role} onClose={close} />}
    </>
  );
}

function ChooseBoundary({ role, onClose }: { role: RoleInfo; onClose: () => void }) {
  const text = useText(roles);
  const words = useText(common);
  const [chosen, setChosen] = useState<PickedPolicy[]>([]);
  const change = useChange("cam", "PutRolePermissionsBoundary", {
    onSuccess: () => {
      toast("success", text("boundarySet"));
      onClose();
    },
  });
  const send = () => {
    const [policy] = chosen;
    if (policy) change.mutate({ PolicyId: policy.policyId, RoleName: role.RoleName });
  };
  return (
    <FormDialog
      open
      width="wide"
      title={text("chooseBoundary")}
      submit={words("save")}
      onClose={onClose}
      onSubmit={send}
      busy={change.isPending}
      error={change.error}
      disabled={chosen.length === 0}
    >
      <PolicyPicker label={words("policies")} value={chosen} onChange={setChosen} most={1} />
    </FormDialog>
  );
}

function RemoveBoundary({ role, onClose }: { role: RoleInfo; onClose: () => void }) {
  const text = useText(roles);
  const change = useChange("cam", "DeleteRolePermissionsBoundary", {
    onSuccess: () => {
      toast("success", text("boundaryRemoved"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("removeBoundaryTitle", { name: role.RoleName })}
      confirm={text("removeBoundary")}
      onClose={onClose}
      onConfirm={() => change.mutate({ RoleName: role.RoleName })}
      busy={change.isPending}
      error={change.error}
    >
      {text("removeBoundaryText")}
    </ConfirmDanger>
  );
}
