import { useState } from "react";
import { useAction, type Out } from "@/api";
import { useText } from "@/i18n";
import { Button, DataTable, Empty, Link, Row, Tag, Time, type Column } from "@/ui";
import { detailText } from "./messages";
import type { User } from "./user";

type Record = Out<"hufu", "ListAuditRecords">["Records"][number];

/** What a user did, the newest first. */
export function Activity({ user }: { user: User }) {
  const text = useText(detailText);
  const [marker, setMarker] = useState("");
  const query = useAction("hufu", "ListAuditRecords", { CallerId: String(user.Uin), Limit: 20, ...(marker ? { Marker: marker } : {}) }, { keep: true });
  const older = query.data?.Marker;
  const columns: Column<Record>[] = [
    { key: "time", title: text("time"), width: 160, render: (record) => <Link to={`/audit/${record.RequestId}`}>{<Time milliseconds={record.Time} />}</Link> },
    { key: "action", title: text("action"), width: 180, render: (record) => <code>{record.Action}</code> },
    { key: "resources", title: text("resources"), width: 240, render: (record) => record.Resources.join(", ") },
    { key: "outcome", title: text("outcome"), width: 140, render: (record) => <Outcome record={record} /> },
    { key: "address", title: text("address"), width: 120, render: (record) => record.Ip },
  ];
  return (
    <>
      <DataTable
        plain
        label={text("activityTab")}
        columns={columns}
        rows={query.data?.Records}
        rowKey={(record) => record.RequestId}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={<Empty title={text("noActivity")} />}
      />
      <Row>
        {marker && <Button onClick={() => setMarker("")}>{text("newest")}</Button>}
        {older && <Button onClick={() => setMarker(older)}>{text("older")}</Button>}
      </Row>
    </>
  );
}

function Outcome({ record }: { record: Record }) {
  const text = useText(detailText);
  if (record.Outcome === "ok") return <Tag kind="success">{text("allowed")}</Tag>;
  if (record.Effect === "explicit_deny" || record.Effect === "implicit_deny") return <Tag kind="error">{text("denied")}</Tag>;
  return <Tag kind="warning">{record.Outcome}</Tag>;
}
