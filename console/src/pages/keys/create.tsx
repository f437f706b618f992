import { useState } from "react";
import { useChange, useSession, type Out } from "@/api";
import { common, useText } from "@/i18n";
import { UserPicker, type PickedUser } from "@/pickers";
import { Alert, Button, Dialog, FormDialog, RadioGroup, Secret, TextField } from "@/ui";
import { keysText } from "./messages";

type Made = Out<"cam", "CreateAccessKey">["AccessKey"];
type For = "mine" | "other";

/** Makes an access key, and shows its secret this once. */
export function CreateKey({ onClose }: { onClose: () => void }) {
  const text = useText(keysText);
  const words = useText(common);
  const { data: session } = useSession();
  const [made, setMade] = useState<Made>();
  const [whose, setWhose] = useState<For>(session?.Principal.Type === "root" ? "other" : "mine");
  const [user, setUser] = useState<PickedUser[]>([]);
  const [description, setDescription] = useState("");
  const change = useChange("cam", "CreateAccessKey", { onSuccess: ({ AccessKey }) => setMade(AccessKey) });
  if (made) return <MadeKey made={made} onClose={onClose} />;
  const wrong = description !== "" && !/^[\w+=,.@:/-]+$/.test(description);
  const [target] = user;
  const send = () =>
    change.mutate({
      ...(whose === "other" && target ? { TargetUin: target.uin } : {}),
      ...(description ? { Description: description } : {}),
    });
  return (
    <FormDialog
      open
      width={whose === "other" ? "wide" : "medium"}
      title={text("create")}
      submit={words("create")}
      busy={change.isPending}
      error={change.error}
      disabled={wrong || (whose === "other" && !target)}
      onSubmit={send}
      onClose={onClose}
    >
      <RadioGroup<For>
        label={text("createFor")}
        value={whose}
        onChange={setWhose}
        options={[
          { value: "mine", label: text("mine") },
          { value: "other", label: text("other") },
        ]}
      />
      {whose === "mine" && session?.Principal.Type === "root" && <Alert kind="warning">{text("rootWarningText")}</Alert>}
      {whose === "other" && <UserPicker label={text("chooseUser")} value={user} onChange={setUser} most={1} />}
      <TextField label={text("description")} hint={text("descriptionHint")} error={wrong ? text("descriptionWrong") : undefined} value={description} onChange={setDescription} maxLength={1024} />
      <p className="ui-hint">{text("limitHint")}</p>
    </FormDialog>
  );
}

function MadeKey({ made, onClose }: { made: Made; onClose: () => void }) {
  const text = useText(keysText);
  const words = useText(common);
  return (
    <Dialog
      open
      title={text("createdTitle")}
      closable={false}
      onClose={onClose}
      footer={
        <Button kind="primary" onClick={onClose}>
          {words("keptSafe")}
        </Button>
      }
    >
      <p>{text("createdText")}</p>
      <Secret
        file={`${made.AccessKeyId}.csv`}
        items={[
          { name: "SecretId", value: made.AccessKeyId },
          { name: "SecretKey", value: made.SecretAccessKey },
        ]}
      />
    </Dialog>
  );
}
