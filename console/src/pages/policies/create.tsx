import { useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { call, useAction, useChange } from "@/api";
import { DocumentEditor, useLeaveGuard, useLint } from "@/editor";
import { common, useText } from "@/i18n";
import { PolicyPicker, type PickedPolicy } from "@/pickers";
import { emptyPolicy, isBegun } from "@/policy/document";
import { format } from "@/policy/json";
import { Alert, Button, Card, ErrorNotice, FormDialog, LinkButton, Loaded, Page, RadioGroup, Row, TextAreaField, TextField, toast, useFailure } from "@/ui";
import { policies } from "./messages";
import { nameForm } from "./names";

/** Makes a custom policy: from nothing, from a copy of another (?from=), or from a document that another page hands over. */
export default function CreatePolicy() {
  const text = useText(policies);
  const words = useText(common);
  const [params] = useSearchParams();
  const { state } = useLocation();
  const from = Number(params.get("from") ?? "") || 0;
  const source = useAction("cam", "GetPolicy", { PolicyId: from }, { enabled: from > 0 });
  return (
    <Page title={text("create")} crumbs={[{ label: words("policies"), to: "/policies" }]}>
      {from > 0 ? (
        <Loaded query={source}>{(policy) => <CreateForm copyOf={{ name: policy.PolicyName, document: policy.PolicyDocument }} />}</Loaded>
      ) : (
        <CreateForm given={givenDocument(state)} />
      )}
    </Page>
  );
}

/** The document that a link to this page brings as the state of the navigation, { document }. */
function givenDocument(state: unknown): string | undefined {
  const document = typeof state === "object" && state !== null && "document" in state ? state.document : undefined;
  return typeof document === "string" ? document : undefined;
}

interface Template {
  name: string;
  document: string;
}

type Way = "visual" | "json" | "template";

function CreateForm({ copyOf, given }: { copyOf?: Template; given?: string | undefined }) {
  const text = useText(policies);
  const [way, setWay] = useState<Way>(copyOf ? "template" : "visual");
  const [choosing, setChoosing] = useState(false);
  const [name, setName] = useState(copyOf ? copyName(copyOf.name) : "");
  const [description, setDescription] = useState("");
  const [document, setDocument] = useState(format(copyOf?.document ?? given ?? emptyPolicy));
  const begin = (next: Way) => {
    if (next === "template") setChoosing(true);
    else setWay(next);
  };
  const copy = (template: Template) => {
    setWay("template");
    setDocument(format(template.document));
    if (name === "") setName(copyName(template.name));
    setChoosing(false);
  };
  return (
    <>
      <Card>
        <RadioGroup<Way>
          cards
          label={text("way")}
          value={way}
          onChange={begin}
          options={[
            { value: "visual", label: text("wayVisual"), hint: text("wayVisualHint") },
            { value: "json", label: text("wayJson"), hint: text("wayJsonHint") },
            { value: "template", label: text("wayTemplate"), hint: text("wayTemplateHint") },
          ]}
        />
        {way === "template" && (
          <div>
            <Button onClick={() => setChoosing(true)}>{text("chooseTemplate")}</Button>
          </div>
        )}
        <div className="ui-form">
          <TextField
            label={text("name")}
            hint={text("nameHint")}
            required
            value={name}
            onChange={setName}
            maxLength={128}
            error={name !== "" && !nameForm.test(name) ? text("nameWrong") : undefined}
          />
          <TextAreaField label={text("description")} value={description} onChange={setDescription} rows={2} />
        </div>
      </Card>
      <Card title={text("document")}>
        <DocumentEditor key={way} label={text("document")} value={document} onChange={setDocument} kind="policy" {...(way === "template" ? {} : { first: way })} />
      </Card>
      <SaveNew name={name} description={description} document={document} />
      {choosing && <TemplateDialog onClose={() => setChoosing(false)} onChoose={copy} />}
    </>
  );
}

function copyName(name: string): string {
  return `${name.slice(0, 122)}-copy`;
}

function SaveNew({ name, description, document }: { name: string; description: string; document: string }) {
  const text = useText(policies);
  const words = useText(common);
  const navigate = useNavigate();
  const lint = useLint(document, "policy");
  const guard = useLeaveGuard(name !== "" || description !== "" || document !== emptyPolicy);
  const change = useChange("cam", "CreatePolicy", {
    onSuccess: ({ PolicyId }) => {
      guard.lift();
      toast("success", text("created"));
      void navigate(`/policies/${PolicyId}`);
    },
  });
  const send = () => change.mutate({ PolicyName: name, PolicyDocument: document, ...(description ? { Description: description } : {}) });
  return (
    <Card>
      {lint.refused && isBegun(document) && <Alert kind="warning">{text("refused")}</Alert>}
      <ErrorNotice error={change.error} />
      <Row>
        <Button kind="primary" busy={change.isPending} disabled={!nameForm.test(name) || lint.refused} onClick={send}>
          {words("create")}
        </Button>
        <LinkButton to="/policies">{words("cancel")}</LinkButton>
      </Row>
      {guard.dialog}
    </Card>
  );
}

function TemplateDialog({ onClose, onChoose }: { onClose: () => void; onChoose: (template: Template) => void }) {
  const text = useText(policies);
  const [chosen, setChosen] = useState<PickedPolicy[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useFailure();
  const read = async () => {
    const [policy] = chosen;
    if (!policy) return;
    setBusy(true);
    setError();
    try {
      const answer = await call("cam", "GetPolicy", { PolicyId: policy.policyId });
      onChoose({ name: answer.PolicyName, document: answer.PolicyDocument });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <FormDialog
      open
      width="wide"
      title={text("chooseTemplate")}
      submit={text("useTemplate")}
      onSubmit={() => void read()}
      onClose={onClose}
      busy={busy}
      error={error}
      disabled={chosen.length === 0}
    >
      <PolicyPicker label={text("chooseTemplate")} value={chosen} onChange={setChosen} most={1} />
    </FormDialog>
  );
}
