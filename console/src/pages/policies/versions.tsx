import { useState } from "react";
import { useAction, useChange } from "@/api";
import type { PolicyVersionItem } from "@/api/cam.gen";
import { Difference, JsonEditor } from "@/editor";
import { common, useText, type Text } from "@/i18n";
import { format } from "@/policy/json";
import { Button, ConfirmDanger, DataTable, Dialog, FormDialog, Loaded, Select, Tag, Time, toast, type Column } from "@/ui";
import { Impact } from "./impact";
import { policies } from "./messages";

type Doing = { what: "view" | "force" | "delete" | "compare"; version: number };

/** The versions of a custom policy: one is in force, the others are kept. */
export function Versions({ id }: { id: number }) {
  const text = useText(policies);
  const words = useText(common);
  const query = useAction("cam", "ListPolicyVersions", { PolicyId: id });
  const [doing, setDoing] = useState<Doing>();
  const versions = query.data ? [...query.data.Versions].reverse() : undefined;
  const inForce = versions?.find((version) => version.IsDefaultVersion === 1)?.VersionId ?? 0;
  const close = () => setDoing(undefined);
  return (
    <>
      <p className="ui-hint">{text("versionsText")}</p>
      <DataTable
        plain
        label={text("tabVersions")}
        columns={columns(text, words, (versions?.length ?? 0) > 1, setDoing)}
        rows={versions}
        rowKey={(row) => String(row.VersionId)}
        error={query.error}
        onRetry={() => void query.refetch()}
      />
      {doing?.what === "view" && <View id={id} version={doing.version} onClose={close} />}
      {doing?.what === "force" && <PutIntoForce id={id} version={doing.version} inForce={inForce} onClose={close} />}
      {doing?.what === "delete" && <DeleteVersion id={id} version={doing.version} onClose={close} />}
      {doing?.what === "compare" && <Compare id={id} version={doing.version} inForce={inForce} versions={versions ?? []} onClose={close} />}
    </>
  );
}

function columns(text: Text<typeof policies>, words: Text<typeof common>, several: boolean, act: (doing: Doing) => void): Column<PolicyVersionItem>[] {
  const button = (what: Doing["what"], label: string, row: PolicyVersionItem) => (
    <Button kind="text" size="small" label={`${label} ${text("versionNumber", { version: row.VersionId })}`} onClick={() => act({ what, version: row.VersionId })}>
      {label}
    </Button>
  );
  return [
    {
      key: "version",
      title: text("version"),
      render: (row) => (
        <>
          {text("versionNumber", { version: row.VersionId })} {row.IsDefaultVersion === 1 && <Tag kind="success">{text("inForce")}</Tag>}
        </>
      ),
    },
    { key: "created", title: words("createTime"), render: (row) => <Time milliseconds={Date.parse(row.CreateDate)} /> },
    {
      key: "operation",
      title: words("operation"),
      render: (row) => (
        <>
          {button("view", text("viewVersion"), row)}
          {several && button("compare", text("compare"), row)}
          {row.IsDefaultVersion !== 1 && button("force", text("putIntoForce"), row)}
          {row.IsDefaultVersion !== 1 && button("delete", text("deleteVersion"), row)}
        </>
      ),
    },
  ];
}

function useVersion(id: number, version: number) {
  return useAction("cam", "GetPolicyVersion", { PolicyId: id, VersionId: version }, { enabled: version > 0 });
}

function View({ id, version, onClose }: { id: number; version: number; onClose: () => void }) {
  const text = useText(policies);
  const query = useVersion(id, version);
  return (
    <Dialog open width="wide" title={text("versionNumber", { version })} onClose={onClose}>
      <Loaded query={query}>
        {(answer) => <JsonEditor label={text("versionNumber", { version })} value={format(answer.PolicyVersion.Document ?? "")} kind="policy" />}
      </Loaded>
    </Dialog>
  );
}

/** Two versions side by side; `inForce` tells which of them holders have now. */
function Sides({ id, before, after, inForce }: { id: number; before: number; after: number; inForce: number }) {
  const text = useText(policies);
  const [left, right] = [useVersion(id, before), useVersion(id, after)];
  const label = (version: number) => `${text("versionNumber", { version })}${version === inForce ? ` - ${text("inForce")}` : ""}`;
  const document = right.data?.PolicyVersion.Document;
  return (
    <>
      <Loaded query={left}>
        {(first) => (
          <Loaded query={right}>
            {(second) => (
              <Difference before={first.PolicyVersion.Document ?? ""} after={second.PolicyVersion.Document ?? ""} beforeLabel={label(before)} afterLabel={label(after)} />
            )}
          </Loaded>
        )}
      </Loaded>
      {before === inForce && document && <Impact id={id} document={document} />}
    </>
  );
}

function Compare({ id, version, inForce, versions, onClose }: { id: number; version: number; inForce: number; versions: readonly PolicyVersionItem[]; onClose: () => void }) {
  const text = useText(policies);
  const others = versions.filter((other) => other.VersionId !== version);
  const [chosen, setChosen] = useState(version === inForce ? (others[0]?.VersionId ?? 0) : inForce);
  // The one in force is what things change from, else the older one.
  const [before, after] = chosen === inForce || (version !== inForce && chosen < version) ? [chosen, version] : [version, chosen];
  return (
    <Dialog open width="wide" title={text("compareTitle")} onClose={onClose}>
      <label className="ui-row">
        {text("compareWith", { version })}
        <Select
          value={chosen}
          onChange={setChosen}
          options={others.map((other) => ({ value: other.VersionId, label: text("versionNumber", { version: other.VersionId }) }))}
        />
      </label>
      <Sides id={id} before={before} after={after} inForce={inForce} />
    </Dialog>
  );
}

function PutIntoForce({ id, version, inForce, onClose }: { id: number; version: number; inForce: number; onClose: () => void }) {
  const text = useText(policies);
  const change = useChange("cam", "SetDefaultPolicyVersion", {
    onSuccess: () => {
      toast("success", text("putDone", { version }));
      onClose();
    },
  });
  return (
    <FormDialog
      open
      width="wide"
      title={text("putTitle", { version })}
      submit={text("putIntoForce")}
      onClose={onClose}
      onSubmit={() => change.mutate({ PolicyId: id, VersionId: version })}
      busy={change.isPending}
      error={change.error}
    >
      <Sides id={id} before={inForce} after={version} inForce={inForce} />
    </FormDialog>
  );
}

function DeleteVersion({ id, version, onClose }: { id: number; version: number; onClose: () => void }) {
  const text = useText(policies);
  const change = useChange("cam", "DeletePolicyVersion", {
    onSuccess: () => {
      toast("success", text("versionDeleted"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("deleteVersionTitle", { version })}
      confirm={text("deleteVersion")}
      onClose={onClose}
      onConfirm={() => change.mutate({ PolicyId: id, VersionId: [version] })}
      busy={change.isPending}
      error={change.error}
    >
      {text("deleteVersionText")}
    </ConfirmDanger>
  );
}
