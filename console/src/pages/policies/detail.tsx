import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useAction, useChange } from "@/api";
import type { GetPolicyResponse } from "@/api/cam.gen";
import { JsonEditor, StatementSummaries, useLeaveGuard, useLint } from "@/editor";
import { common, useText } from "@/i18n";
import { format } from "@/policy/json";
import { Button, Card, DeleteIcon, EditIcon, FormDialog, KeyValue, LinkButton, Loaded, Page, Row, Tabs, Tag, TextAreaField, TextField, Time, toast, useTabInAddress } from "@/ui";
import { DeletePolicies } from "./delete";
import { EditDocument } from "./edit";
import { Entities } from "./entities";
import { policies } from "./messages";
import { nameForm } from "./names";
import { Versions } from "./versions";

/** One policy: what it says, its versions, and who holds it. */
export default function PolicyDetail() {
  const words = useText(common);
  const id = Number(useParams().id ?? "");
  const query = useAction("cam", "GetPolicy", { PolicyId: id });
  const crumbs = [{ label: words("policies"), to: "/policies" }];
  if (!query.data) {
    return (
      <Page title={words("policy")} crumbs={crumbs}>
        <Loaded query={query}>{() => null}</Loaded>
      </Page>
    );
  }
  return <Policy id={id} policy={query.data} crumbs={crumbs} />;
}

function Policy({ id, policy, crumbs }: { id: number; policy: GetPolicyResponse; crumbs: { label: string; to: string }[] }) {
  const text = useText(policies);
  const words = useText(common);
  const [tab, setTab] = useTabInAddress("document");
  const [editing, setEditing] = useState<"details" | "delete">();
  const [draft, setDraft] = useState<string>();
  const guard = useLeaveGuard(draft !== undefined && format(draft) !== format(policy.PolicyDocument));
  const navigate = useNavigate();
  const custom = policy.Type === 1;
  const entities = useAction("cam", "ListEntitiesForPolicy", { PolicyId: id, Page: 1, Rp: 1 });
  return (
    <Page
      title={policy.PolicyName}
      crumbs={crumbs}
      actions={
        <>
          <LinkButton to={`/policies/create?from=${id}`}>{text("useAsTemplate")}</LinkButton>
          {custom && (
            <>
              <Button icon={<EditIcon />} onClick={() => setEditing("details")}>
                {text("editDetails")}
              </Button>
              <Button icon={<DeleteIcon />} onClick={() => setEditing("delete")}>
                {words("delete")}
              </Button>
            </>
          )}
        </>
      }
    >
      <Card>
        <KeyValue
          items={[
            { name: text("policyId"), value: id },
            { name: words("type"), value: <Tag kind={custom ? "info" : "default"}>{custom ? words("customPolicy") : words("presetPolicy")}</Tag> },
            { name: words("description"), value: policy.Description },
            { name: text("attachments"), value: entities.data?.TotalNum },
            { name: words("createTime"), value: <Time text={policy.AddTime} /> },
            { name: words("updateTime"), value: <Time text={policy.UpdateTime} /> },
          ]}
        />
      </Card>
      <Card>
        <Tabs
          label={text("views")}
          value={tab}
          onChange={setTab}
          tabs={[
            { key: "document", label: text("tabDocument"), content: <DocumentTab id={id} policy={policy} draft={draft} onDraft={setDraft} /> },
            ...(custom ? [{ key: "versions", label: text("tabVersions"), content: <Versions id={id} /> }] : []),
            { key: "attached", label: text("tabAttached"), content: <Entities id={id} name={policy.PolicyName} /> },
          ]}
        />
      </Card>
      {guard.dialog}
      {editing === "details" && <EditDetails id={id} policy={policy} onClose={() => setEditing(undefined)} />}
      <DeletePolicies policies={editing === "delete" ? [{ PolicyId: id, PolicyName: policy.PolicyName }] : []} onClose={() => setEditing(undefined)} onDeleted={() => void navigate("/policies", { replace: true })} />
    </Page>
  );
}

interface DocumentTabProps {
  id: number;
  policy: GetPolicyResponse;
  /** What is being written; kept while other tabs are looked at. */
  draft: string | undefined;
  onDraft: (draft: string | undefined) => void;
}

function DocumentTab({ id, policy, draft, onDraft }: DocumentTabProps) {
  const text = useText(policies);
  const words = useText(common);
  const shown = format(policy.PolicyDocument);
  const lint = useLint(shown, "policy");
  if (draft !== undefined) {
    return <EditDocument id={id} before={policy.PolicyDocument} draft={draft} onChange={onDraft} onClose={() => onDraft(undefined)} />;
  }
  return (
    <>
      <Row between>
        <h2>{text("says")}</h2>
        {policy.Type === 1 && (
          <Button kind="primary" icon={<EditIcon />} onClick={() => onDraft(policy.PolicyDocument.includes("\n") ? policy.PolicyDocument : shown)}>
            {words("edit")}
          </Button>
        )}
      </Row>
      <StatementSummaries document={shown} />
      <JsonEditor label={text("document")} value={shown} kind="policy" lint={lint} />
    </>
  );
}

function EditDetails({ id, policy, onClose }: { id: number; policy: GetPolicyResponse; onClose: () => void }) {
  const text = useText(policies);
  const words = useText(common);
  const [name, setName] = useState(policy.PolicyName);
  const [description, setDescription] = useState(policy.Description);
  const change = useChange("cam", "UpdatePolicy", {
    onSuccess: () => {
      toast("success", text("detailsSaved"));
      onClose();
    },
  });
  return (
    <FormDialog
      open
      title={text("editDetails")}
      submit={words("save")}
      onClose={onClose}
      onSubmit={() => change.mutate({ PolicyId: id, PolicyName: name, Description: description })}
      busy={change.isPending}
      error={change.error}
      disabled={!nameForm.test(name)}
    >
      <TextField label={text("name")} required value={name} onChange={setName} hint={text("nameHint")} error={nameForm.test(name) ? undefined : text("nameWrong")} />
      <TextAreaField label={text("description")} value={description} onChange={setDescription} />
    </FormDialog>
  );
}
