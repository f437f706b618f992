import { useState, type ReactNode } from "react";
import { useChange, useSession } from "@/api";
import type { AccountAccessKey } from "@/api/hufu.gen";
import { common, useLanguage, useText } from "@/i18n";
import { Button, ConfirmDanger, CopyText, DataTable, ErrorNotice, format, Link, Status, Tag, Time, toast, type Column, type Paging } from "@/ui";
import { keysText } from "./messages";

interface KeyTableProps {
  rows: readonly AccountAccessKey[] | undefined;
  error: unknown;
  onRetry: () => void;
  empty: ReactNode;
  paging?: Paging;
  toolbar?: ReactNode;
}

const day = 86_400_000;

/** Access keys with what can be done about them. A key is deleted only after it was disabled. */
export function KeyTable(props: KeyTableProps) {
  const text = useText(keysText);
  const words = useText(common);
  const { data: session } = useSession();
  const [asking, setAsking] = useState<{ key: AccountAccessKey; what: "disable" | "delete" }>();
  const enable = useChange("cam", "UpdateAccessKey", { onSuccess: () => toast("success", text("enabledDone")) });
  const isRoot = (row: AccountAccessKey) => String(row.Uin) === session?.Account.Uin;
  const columns: Column<AccountAccessKey>[] = [
    {
      key: "id",
      title: text("secretId"),
      width: 290,
      render: (row) => (
        <>
          <CopyText value={row.AccessKeyId} />
          {row.Description && <p className="ui-hint">{row.Description}</p>}
        </>
      ),
    },
    {
      key: "holder",
      title: text("holder"),
      width: 120,
      render: (row) => (isRoot(row) ? <Tag kind="warning">{text("root")}</Tag> : <Link to={`/users/${row.Uin}`}>{row.UserName || String(row.Uin)}</Link>),
    },
    {
      key: "status",
      title: text("status"),
      render: (row) => <Status kind={row.Status === "Active" ? "success" : "default"}>{words(row.Status === "Active" ? "enabled" : "disabled")}</Status>,
    },
    { key: "created", title: text("created"), width: 175, optional: true, hidden: true, render: (row) => <Time seconds={row.CreateTime} /> },
    { key: "age", title: text("age"), render: (row) => text("days", { count: Math.max(0, Math.floor((Date.now() - row.CreateTime * 1000) / day)) }) },
    { key: "used", title: text("lastUsed"), width: 165, render: (row) => (row.LastUsedTime === null ? text("neverUsed") : <Time seconds={row.LastUsedTime} />) },
    {
      key: "operation",
      title: words("operation"),
      width: 150,
      render: (row) => (
        <KeyActions
          row={row}
          busy={enable.isPending}
          onEnable={() => enable.mutate({ AccessKeyId: row.AccessKeyId, Status: "Active", TargetUin: row.Uin })}
          onAsk={(what) => setAsking({ key: row, what })}
        />
      ),
    },
  ];
  return (
    <>
      <ErrorNotice error={enable.error} />
      <DataTable {...props} label={text("title")} name="keys" columns={columns} rowKey={(row) => row.AccessKeyId} />
      {asking?.what === "disable" && <Disable row={asking.key} onClose={() => setAsking(undefined)} />}
      {asking?.what === "delete" && <Delete row={asking.key} onClose={() => setAsking(undefined)} />}
    </>
  );
}

interface KeyActionsProps {
  row: AccountAccessKey;
  busy: boolean;
  onEnable: () => void;
  onAsk: (what: "disable" | "delete") => void;
}

function KeyActions({ row, busy, onEnable, onAsk }: KeyActionsProps) {
  const text = useText(keysText);
  const words = useText(common);
  const active = row.Status === "Active";
  return (
    <div className="ui-row">
      {active ? (
        <Button kind="text" size="small" label={`${text("disable")} ${row.AccessKeyId}`} onClick={() => onAsk("disable")}>
          {text("disable")}
        </Button>
      ) : (
        <Button kind="text" size="small" disabled={busy} label={`${text("enable")} ${row.AccessKeyId}`} onClick={onEnable}>
          {text("enable")}
        </Button>
      )}
      <Button
        kind="text"
        size="small"
        disabled={active}
        label={`${words("delete")} ${row.AccessKeyId}`}
        {...(active ? { title: text("deleteFirst") } : {})}
        onClick={() => onAsk("delete")}
      >
        {words("delete")}
      </Button>
    </div>
  );
}

interface AskProps {
  row: AccountAccessKey;
  onClose: () => void;
}

function Disable({ row, onClose }: AskProps) {
  const text = useText(keysText);
  const language = useLanguage();
  const change = useChange("cam", "UpdateAccessKey", {
    onSuccess: () => {
      toast("success", text("disabledDone"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("disableTitle")}
      confirm={text("disable")}
      busy={change.isPending}
      error={change.error}
      onClose={onClose}
      onConfirm={() => change.mutate({ AccessKeyId: row.AccessKeyId, Status: "Inactive", TargetUin: row.Uin })}
    >
      <p>{text("disableText", { key: row.AccessKeyId, name: row.UserName })}</p>
      {row.LastUsedTime !== null && <p>{text("lastUsedNote", { time: format(new Date(row.LastUsedTime * 1000), language) })}</p>}
    </ConfirmDanger>
  );
}

function Delete({ row, onClose }: AskProps) {
  const text = useText(keysText);
  const words = useText(common);
  const change = useChange("cam", "DeleteAccessKey", {
    onSuccess: () => {
      toast("success", text("deletedDone"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("deleteTitle")}
      confirm={words("delete")}
      busy={change.isPending}
      error={change.error}
      onClose={onClose}
      onConfirm={() => change.mutate({ AccessKeyId: row.AccessKeyId, TargetUin: row.Uin })}
    >
      {text("deleteText", { key: row.AccessKeyId, name: row.UserName })}
    </ConfirmDanger>
  );
}
