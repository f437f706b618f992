import { useState } from "react";
import { useNavigate } from "react-router";
import { call, useChange, useSession } from "@/api";
import type { RoleTags } from "@/api/cam.gen";
import { DocumentEditor, useLeaveGuard, useLint } from "@/editor";
import { common, useText } from "@/i18n";
import { BatchState, PolicyPicker, useBatch, type PickedPolicy } from "@/pickers";
import { Alert, Button, Card, ErrorNotice, LinkButton, NumberField, Page, Row, Skeleton, SwitchField, TextAreaField, TextField, toast } from "@/ui";
import { nameForm, trustOf } from "./kinds";
import { roles } from "./messages";
import { TagsEditor, withTag } from "./tags";

/** Makes a role: who may take it, what it may do, and for how long. */
export default function CreateRole() {
  const text = useText(roles);
  const words = useText(common);
  const session = useSession();
  return (
    <Page title={text("create")} crumbs={[{ label: words("roles"), to: "/roles" }]}>
      {session.data === undefined ? <Skeleton /> : <CreateForm uin={session.data?.Account.Uin ?? ""} />}
    </Page>
  );
}

function CreateForm({ uin }: { uin: string }) {
  const text = useText(roles);
  const words = useText(common);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [trust, setTrust] = useState(() => trustOf(uin));
  const [policies, setPolicies] = useState<PickedPolicy[]>([]);
  const [duration, setDuration] = useState<number | undefined>(0);
  const [consoleLogin, setConsoleLogin] = useState(false);
  const [tags, setTags] = useState<RoleTags[]>([]);
  const lint = useLint(trust, "trust");
  return (
    <>
      <Card>
        <div className="ui-form">
          <TextField
            label={text("roleName")}
            hint={text("nameHint")}
            required
            value={name}
            onChange={setName}
            maxLength={128}
            error={name !== "" && !nameForm.test(name) ? text("nameWrong") : undefined}
          />
          <TextAreaField label={words("description")} value={description} onChange={setDescription} rows={2} />
        </div>
      </Card>
      <Card title={text("trustTitle")}>
        <DocumentEditor label={text("trust")} value={trust} onChange={setTrust} kind="trust" />
      </Card>
      <Card title={text("policiesTitle")}>
        <PolicyPicker label={words("policies")} value={policies} onChange={setPolicies} />
      </Card>
      <Card title={text("sessionTitle")}>
        <div className="ui-form">
          <NumberField label={text("duration")} hint={text("durationHint")} unit={text("seconds")} min={0} max={43200} value={duration} onChange={setDuration} />
          <SwitchField label={text("consoleLogin")} hint={text("consoleLoginHint")} checked={consoleLogin} onChange={setConsoleLogin} />
        </div>
        <TagsEditor tags={tags} onSet={(tag) => setTags(withTag(tags, tag))} onRemove={(key) => setTags(tags.filter((tag) => tag.Key !== key))} />
      </Card>
      {lint.refused && <Alert kind="warning">{text("refused")}</Alert>}
      <SaveRole
        ready={nameForm.test(name) && !lint.refused}
        dirty={name !== "" || description !== "" || trust !== trustOf(uin) || policies.length > 0}
        policies={policies}
        request={{
          RoleName: name,
          PolicyDocument: trust,
          ConsoleLogin: consoleLogin ? 1 : 0,
          SessionDuration: duration ?? 0,
          ...(description ? { Description: description } : {}),
          ...(tags.length ? { Tags: tags } : {}),
        }}
      />
    </>
  );
}

interface SaveProps {
  ready: boolean;
  dirty: boolean;
  policies: readonly PickedPolicy[];
  request: Parameters<typeof call<"cam", "CreateRole">>[2];
}

// The role first, then its policies: one that cannot be attached leaves a role that may do less, and is said.
function SaveRole({ ready, dirty, policies, request }: SaveProps) {
  const text = useText(roles);
  const words = useText(common);
  const navigate = useNavigate();
  const batch = useBatch();
  const guard = useLeaveGuard(dirty);
  const [made, setMade] = useState<string>();
  const change = useChange("cam", "CreateRole", {
    onSuccess: ({ RoleId }) => void attach(RoleId),
  });
  const attach = async (id: string) => {
    guard.lift();
    setMade(id);
    const all = await batch.run(policies, (policy) => call("cam", "AttachRolePolicy", { AttachRoleId: id, PolicyId: policy.policyId }));
    if (!all) return;
    toast("success", text("created"));
    void navigate(`/roles/${id}`);
  };
  if (made && batch.failures.length > 0) {
    return (
      <Card>
        <Alert kind="warning" actions={<LinkButton to={`/roles/${made}`}>{text("goOn")}</LinkButton>}>
          {text("createdPartly")}
        </Alert>
        <BatchState batch={batch} />
      </Card>
    );
  }
  return (
    <Card>
      <ErrorNotice error={change.error} />
      <BatchState batch={batch} />
      <Row>
        <Button kind="primary" disabled={!ready} busy={change.isPending || made !== undefined} onClick={() => change.mutate(request)}>
          {words("create")}
        </Button>
        <LinkButton to="/roles">{words("cancel")}</LinkButton>
      </Row>
      {guard.dialog}
    </Card>
  );
}
