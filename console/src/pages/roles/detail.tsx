import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useAction, useChange } from "@/api";
import type { RoleInfo } from "@/api/cam.gen";
import { DocumentEditor, JsonEditor, StatementSummaries, useLeaveGuard, useLint } from "@/editor";
import { common, useText } from "@/i18n";
import { format } from "@/policy/json";
import { Alert, Button, Card, CopyText, DeleteIcon, EditIcon, ErrorNotice, KeyValue, Loaded, Page, Row, Tabs, Tag, Time, toast, useTabInAddress } from "@/ui";
import { DeleteRole } from "./delete";
import { isOwned, typeName } from "./kinds";
import { roles } from "./messages";
import { RolePolicies } from "./policies";
import { Sessions } from "./sessions";
import { Settings } from "./settings";

/** One role: who may take it, what it may do, and who uses it now. */
export default function RoleDetail() {
  const words = useText(common);
  const id = useParams().id ?? "";
  const query = useAction("cam", "GetRole", { RoleId: id });
  const crumbs = [{ label: words("roles"), to: "/roles" }];
  if (query.data) return <Role role={query.data.RoleInfo} crumbs={crumbs} />;
  return (
    <Page title={words("role")} crumbs={crumbs}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

function Role({ role, crumbs }: { role: RoleInfo; crumbs: { label: string; to: string }[] }) {
  const text = useText(roles);
  const words = useText(common);
  const navigate = useNavigate();
  const [tab, setTab] = useTabInAddress("trust");
  const [deleting, setDeleting] = useState(false);
  const [draft, setDraft] = useState<string>();
  const guard = useLeaveGuard(draft !== undefined && format(draft) !== format(role.PolicyDocument));
  const owned = isOwned(role);
  return (
    <Page
      title={role.RoleName}
      crumbs={crumbs}
      actions={
        !owned && (
          <Button icon={<DeleteIcon />} onClick={() => setDeleting(true)}>
            {words("delete")}
          </Button>
        )
      }
    >
      {owned && <Alert>{text("ownedByService")}</Alert>}
      <Card>
        <KeyValue
          items={[
            { name: text("roleId"), value: <CopyText value={role.RoleId} label={`${words("copy")} ${text("roleId")}`} /> },
            { name: text("arn"), value: role.RoleArn && <CopyText value={role.RoleArn} label={`${words("copy")} ${text("arn")}`} /> },
            { name: text("roleType"), value: <Tag kind={owned ? "default" : "info"}>{text(typeName(role))}</Tag> },
            { name: words("description"), value: role.Description },
            { name: words("createTime"), value: <Time text={role.AddTime} /> },
            { name: words("updateTime"), value: <Time text={role.UpdateTime} /> },
          ]}
        />
      </Card>
      <Card>
        <Tabs
          label={text("views")}
          value={tab}
          onChange={setTab}
          tabs={[
            { key: "trust", label: text("trust"), content: <Trust role={role} draft={draft} onDraft={setDraft} /> },
            { key: "policies", label: text("tabPolicies"), content: <RolePolicies role={role} /> },
            { key: "sessions", label: text("tabSessions"), content: <Sessions role={role} /> },
            { key: "settings", label: text("tabSettings"), content: <Settings role={role} /> },
          ]}
        />
      </Card>
      {guard.dialog}
      {deleting && <DeleteRole role={role} onClose={() => setDeleting(false)} onDeleted={() => void navigate("/roles", { replace: true })} />}
    </Page>
  );
}

interface TrustProps {
  role: RoleInfo;
  /** What is being written; kept while other tabs are looked at. */
  draft: string | undefined;
  onDraft: (draft: string | undefined) => void;
}

function Trust({ role, draft, onDraft }: TrustProps) {
  const text = useText(roles);
  const words = useText(common);
  const shown = format(role.PolicyDocument);
  const lint = useLint(draft ?? shown, "trust");
  const change = useChange("cam", "UpdateAssumeRolePolicy", {
    onSuccess: () => {
      toast("success", text("trustSaved"));
      onDraft(undefined);
    },
  });
  if (draft === undefined) {
    return (
      <>
        <Row between>
          <h2>{text("trustTitle")}</h2>
          {!isOwned(role) && (
            <Button icon={<EditIcon />} onClick={() => onDraft(role.PolicyDocument.includes("\n") ? role.PolicyDocument : shown)}>
              {words("edit")}
            </Button>
          )}
        </Row>
        <StatementSummaries document={shown} />
        <JsonEditor label={text("trust")} value={shown} kind="trust" lint={lint} />
      </>
    );
  }
  return (
    <>
      <DocumentEditor label={text("trust")} value={draft} onChange={onDraft} kind="trust" />
      <Alert>{text("trustNote")}</Alert>
      {lint.refused && <Alert kind="warning">{text("refused")}</Alert>}
      <ErrorNotice error={change.error} />
      <Row>
        <Button
          kind="primary"
          busy={change.isPending}
          disabled={lint.refused || draft === role.PolicyDocument}
          onClick={() => change.mutate({ RoleName: role.RoleName, PolicyDocument: draft })}
        >
          {words("save")}
        </Button>
        <Button onClick={() => onDraft(undefined)}>{words("cancel")}</Button>
      </Row>
    </>
  );
}
