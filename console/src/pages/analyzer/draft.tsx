import { useState } from "react";
import { useSearchParams } from "react-router";
import { useAction } from "@/api";
import { Permitted } from "@/decision";
import { DocumentEditor, useLint } from "@/editor";
import { common, useText } from "@/i18n";
import { PolicyPicker, type PickedPolicy } from "@/pickers";
import { format } from "@/policy/json";
import { Alert, Button, Card, FormDialog, LinkButton, Row } from "@/ui";
import { Impact } from "../policies/impact";
import { analyzerText } from "./messages";

/** What a draft of a policy would change. */
export function DraftImpact() {
  const text = useText(analyzerText);
  const [params, setParams] = useSearchParams();
  const [choosing, setChoosing] = useState(false);
  const id = /^[1-9]\d{0,15}$/.test(params.get("policy") ?? "") ? Number(params.get("policy")) : 0;
  const policy = useAction("cam", "GetPolicy", { PolicyId: id }, { enabled: id > 0 });
  return (
    <>
      <Row>
        <Button kind={id > 0 ? "default" : "primary"} onClick={() => setChoosing(true)}>
          {text("choosePolicy")}
        </Button>
        {id > 0 && <LinkButton to={`/policies/${id}`}>{text("openPolicy")}</LinkButton>}
      </Row>
      {id > 0 && (
        <Permitted card query={policy} permission="cam:GetPolicy">
          {(data) => <Draft key={id} id={id} name={data.PolicyName} document={format(data.PolicyDocument)} />}
        </Permitted>
      )}
      {choosing && (
        <ChoosePolicy
          onClose={() => setChoosing(false)}
          onChoose={(policyId) => {
            setChoosing(false);
            setParams({ tab: "draft", policy: String(policyId) });
          }}
        />
      )}
    </>
  );
}

function Draft({ id, name, document }: { id: number; name: string; document: string }) {
  const text = useText(analyzerText);
  const [draft, setDraft] = useState(document);
  const [asked, setAsked] = useState<string>();
  const lint = useLint(draft, "policy");
  return (
    <>
      <Card title={name}>
        <DocumentEditor first="json" label={text("document")} value={draft} onChange={setDraft} kind="policy" />
        <Row>
          <Button kind="primary" disabled={lint.refused || draft === asked} onClick={() => setAsked(draft)}>
            {text("preview")}
          </Button>
        </Row>
      </Card>
      {asked !== undefined && asked !== draft && <Alert>{text("previewAgain")}</Alert>}
      {asked !== undefined && (
        <Card>
          <Impact id={id} document={asked} />
        </Card>
      )}
    </>
  );
}

function ChoosePolicy({ onChoose, onClose }: { onChoose: (policyId: number) => void; onClose: () => void }) {
  const text = useText(analyzerText);
  const words = useText(common);
  const [chosen, setChosen] = useState<PickedPolicy[]>([]);
  const [policy] = chosen;
  return (
    <FormDialog open width="wide" title={text("choosePolicy")} submit={words("confirm")} disabled={!policy} onSubmit={() => policy && onChoose(policy.policyId)} onClose={onClose}>
      <PolicyPicker label={text("choosePolicy")} value={chosen} onChange={setChosen} most={1} />
    </FormDialog>
  );
}
