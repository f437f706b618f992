import { useState } from "react";
import { useAction, useChange, type Out } from "@/api";
import { common, useLanguage, useText } from "@/i18n";
import { AddIcon, Alert, Button, ConfirmDanger, CopyText, DataTable, Dialog, Empty, ErrorNotice, FormDialog, Row, Secret, Status, TextField, Time, format, toast, type Column } from "@/ui";
import { detailText } from "./messages";
import type { User } from "./user";

type Key = Out<"cam", "ListAccessKeys">["AccessKeys"][number];
type Created = Out<"cam", "CreateAccessKey">["AccessKey"];
type Doing = { what: "create" } | { what: "disable" | "delete"; key: Key };

const most = 2;

/** The access keys of a user. A new one takes over before the old one goes, so there can be two. */
export function Keys({ user }: { user: User }) {
  const text = useText(detailText);
  const query = useAction("cam", "ListAccessKeys", { TargetUin: user.Uin });
  const keys = query.data?.AccessKeys;
  const used = useLastUsed(keys);
  const [doing, setDoing] = useState<Doing>();
  const enable = useChange("cam", "UpdateAccessKey", {});
  const columns = useColumns(used, setDoing, (id) => enable.mutate({ TargetUin: user.Uin, AccessKeyId: id, Status: "Active" }));
  const close = () => setDoing(undefined);
  return (
    <>
      <p className="ui-page-description">{text("keysText")}</p>
      <ErrorNotice error={enable.error} />
      <DataTable
        plain
        label={text("keysTab")}
        columns={columns}
        rows={keys}
        rowKey={(key) => key.AccessKeyId}
        error={query.error}
        onRetry={() => void query.refetch()}
        toolbar={
          <Button kind="primary" icon={<AddIcon />} disabled={!keys || keys.length >= most} onClick={() => setDoing({ what: "create" })}>
            {text("createKey")}
          </Button>
        }
        empty={<Empty title={text("noKeys")} />}
      />
      {doing?.what === "create" && <CreateKey user={user} onClose={close} />}
      {doing?.what === "disable" && <DisableKey user={user} id={doing.key.AccessKeyId} onClose={close} />}
      {doing?.what === "delete" && <DeleteKey user={user} id={doing.key.AccessKeyId} used={used.get(doing.key.AccessKeyId)} onClose={close} />}
    </>
  );
}

/** When each key was used last, Unix milliseconds; null for never, and nothing while that is not known. */
function useLastUsed(keys: readonly Key[] | undefined): ReadonlyMap<string, number | null> {
  const ids = (keys ?? []).map((key) => key.AccessKeyId);
  const { data } = useAction("cam", "GetSecurityLastUsed", { SecretIdList: ids }, { enabled: ids.length > 0 });
  return new Map(data?.SecretIdLastUsedRows.map((row) => [row.SecretId, row.LastSecretUsedDate]));
}

function useColumns(used: ReadonlyMap<string, number | null>, start: (doing: Doing) => void, enable: (id: string) => void): Column<Key>[] {
  const text = useText(detailText);
  const words = useText(common);
  return [
    { key: "id", title: text("secretId"), width: 300, render: (key) => <CopyText value={key.AccessKeyId} /> },
    { key: "description", title: text("keyDescription"), width: 140, render: (key) => key.Description },
    {
      key: "state",
      title: words("state"),
      width: 100,
      render: (key) => <Status kind={key.Status === "Active" ? "success" : "default"}>{words(key.Status === "Active" ? "enabled" : "disabled")}</Status>,
    },
    { key: "created", title: words("createTime"), width: 160, render: (key) => <Time text={key.CreateTime} /> },
    {
      key: "used",
      title: text("lastUsed"),
      width: 160,
      render: (key) => {
        const at = used.get(key.AccessKeyId);
        return at === undefined ? "-" : <Time milliseconds={at} />;
      },
    },
    { key: "operation", title: words("operation"), width: 140, render: (key) => <KeyOperations value={key} start={start} enable={enable} /> },
  ];
}

function KeyOperations({ value, start, enable }: { value: Key; start: (doing: Doing) => void; enable: (id: string) => void }) {
  const text = useText(detailText);
  const words = useText(common);
  const active = value.Status === "Active";
  return (
    <Row>
      {active ? (
        <Button kind="text" size="small" label={`${text("disable")} ${value.AccessKeyId}`} onClick={() => start({ what: "disable", key: value })}>
          {text("disable")}
        </Button>
      ) : (
        <Button kind="text" size="small" label={`${text("enable")} ${value.AccessKeyId}`} onClick={() => enable(value.AccessKeyId)}>
          {text("enable")}
        </Button>
      )}
      <Button
        kind="text"
        size="small"
        disabled={active}
        {...(active ? { title: text("deleteKeyFirst") } : {})}
        label={`${words("delete")} ${value.AccessKeyId}`}
        onClick={() => start({ what: "delete", key: value })}
      >
        {words("delete")}
      </Button>
    </Row>
  );
}

function CreateKey({ user, onClose }: { user: User; onClose: () => void }) {
  const text = useText(detailText);
  const words = useText(common);
  const [description, setDescription] = useState("");
  const [created, setCreated] = useState<Created>();
  const create = useChange("cam", "CreateAccessKey", { onSuccess: ({ AccessKey }) => setCreated(AccessKey) });
  if (created) {
    return (
      <Dialog open title={text("keyCreated", { name: user.Name })} onClose={onClose} closable={false} footer={<Button kind="primary" onClick={onClose}>{words("keptSafe")}</Button>}>
        <Alert kind="warning">{text("keyCreatedText")}</Alert>
        <Secret
          file={`hufu-key-${user.Name}.csv`}
          items={[
            { name: text("secretId"), value: created.AccessKeyId },
            { name: text("secretKey"), value: created.SecretAccessKey },
          ]}
        />
      </Dialog>
    );
  }
  const fits = /^[\w+=,.@:/-]{0,1024}$/.test(description);
  return (
    <FormDialog
      open
      title={text("createKey")}
      submit={words("create")}
      onClose={onClose}
      busy={create.isPending}
      error={create.error}
      disabled={!fits}
      onSubmit={() => create.mutate({ TargetUin: user.Uin, ...(description ? { Description: description } : {}) })}
    >
      <TextField label={text("keyDescription")} hint={text("keyDescriptionHint")} error={fits ? undefined : text("keyDescriptionHint")} value={description} onChange={setDescription} />
    </FormDialog>
  );
}

function DisableKey({ user, id, onClose }: { user: User; id: string; onClose: () => void }) {
  const text = useText(detailText);
  const disable = useChange("cam", "UpdateAccessKey", { onSuccess: onClose });
  return (
    <ConfirmDanger
      open
      title={text("disableKeyTitle")}
      confirm={text("disable")}
      onClose={onClose}
      onConfirm={() => disable.mutate({ TargetUin: user.Uin, AccessKeyId: id, Status: "Inactive" })}
      busy={disable.isPending}
      error={disable.error}
    >
      {text("disableKeyText", { id })}
    </ConfirmDanger>
  );
}

function DeleteKey({ user, id, used, onClose }: { user: User; id: string; used: number | null | undefined; onClose: () => void }) {
  const text = useText(detailText);
  const words = useText(common);
  const language = useLanguage();
  const remove = useChange("cam", "DeleteAccessKey", {
    onSuccess: () => {
      toast("success", text("keyDeleted"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("deleteKeyTitle")}
      confirm={words("delete")}
      onClose={onClose}
      onConfirm={() => remove.mutate({ TargetUin: user.Uin, AccessKeyId: id })}
      busy={remove.isPending}
      error={remove.error}
    >
      {text("deleteKeyText", { id, time: used ? format(new Date(used), language) : words("never") })}
    </ConfirmDanger>
  );
}
