import { useState } from "react";
import { useChange } from "@/api";
import { Difference, DocumentEditor, useLint } from "@/editor";
import { common, useText } from "@/i18n";
import { Alert, Button, Checkbox, FormDialog, Row, toast } from "@/ui";
import { Impact } from "./impact";
import { policies } from "./messages";

interface EditDocumentProps {
  id: number;
  /** The document in force. */
  before: string;
  draft: string;
  onChange: (draft: string) => void;
  onClose: () => void;
}

/** Edits a policy's document; what is saved is a new version. */
export function EditDocument({ id, before, draft, onChange, onClose }: EditDocumentProps) {
  const text = useText(policies);
  const words = useText(common);
  const [reviewing, setReviewing] = useState(false);
  const lint = useLint(draft, "policy");
  const same = draft === before;
  return (
    <>
      <DocumentEditor label={text("document")} value={draft} onChange={onChange} kind="policy" />
      {lint.refused && <Alert kind="warning">{text("refused")}</Alert>}
      <Row>
        <Button kind="primary" disabled={same || lint.refused} onClick={() => setReviewing(true)} {...(same ? { title: text("unchanged") } : {})}>
          {text("reviewSave")}
        </Button>
        <Button onClick={onClose}>{words("cancel")}</Button>
      </Row>
      {reviewing && <Review id={id} before={before} draft={draft} onClose={() => setReviewing(false)} onSaved={onClose} />}
    </>
  );
}

/** Shows what a new version changes, in the text and for whoever holds the policy, before it is saved. */
function Review({ id, before, draft, onClose, onSaved }: Omit<EditDocumentProps, "onChange"> & { onSaved: () => void }) {
  const text = useText(policies);
  const words = useText(common);
  const [inForce, setInForce] = useState(true);
  const change = useChange("cam", "CreatePolicyVersion", {
    onSuccess: ({ VersionId }) => {
      toast("success", text("versionSaved", { version: VersionId }));
      onSaved();
    },
  });
  return (
    <FormDialog
      open
      width="wide"
      title={text("reviewTitle")}
      submit={words("save")}
      onClose={onClose}
      onSubmit={() => change.mutate({ PolicyId: id, PolicyDocument: draft, SetAsDefault: inForce })}
      busy={change.isPending}
      error={change.error}
    >
      <Checkbox checked={inForce} onChange={setInForce}>
        {text("setDefault")}
        <span className="ui-hint">{text("setDefaultHint")}</span>
      </Checkbox>
      <Difference before={before} after={draft} beforeLabel={text("inForce")} afterLabel={text("draft")} />
      <Impact id={id} document={draft} />
    </FormDialog>
  );
}
