import { useState } from "react";
import { useAction, useChange, type Out } from "@/api";
import { common, useText } from "@/i18n";
import { Button, Card, ConfirmDanger, Dialog, FormDialog, KeyValue, Loaded, PasswordField, Row, Status, TextField, Time } from "@/ui";
import { signInText } from "../sign-in/messages";
import { DeviceSecret, RecoveryCodes, sixDigits } from "../sign-in/steps";
import { accountText } from "./messages";

type Device = Out<"hufu", "DescribeTotpDevice">;

/** The second factor of whoever is signed in. */
export function TotpDevice({ hasPassword }: { hasPassword: boolean }) {
  const text = useText(accountText);
  const device = useAction("hufu", "DescribeTotpDevice", {});
  return (
    <Card title={text("totp")}>
      <p className="ui-page-description">{text("totpText")}</p>
      <Loaded query={device}>{(data) => <DeviceState device={data} hasPassword={hasPassword} />}</Loaded>
    </Card>
  );
}

function DeviceState({ device, hasPassword }: { device: Device; hasPassword: boolean }) {
  const text = useText(accountText);
  const words = useText(common);
  const [open, setOpen] = useState<"bind" | "unbind" | "codes">();
  const close = () => setOpen(undefined);
  return (
    <>
      <KeyValue
        items={[
          { name: words("state"), value: <Status kind={device.Bound ? "success" : "warning"}>{text(device.Bound ? "bound" : "notBound")}</Status> },
          ...(device.Bound
            ? [
                { name: text("boundSince"), value: <Time seconds={device.BindTime} /> },
                { name: text("codesLeft"), value: device.RecoveryCodesLeft },
              ]
            : []),
        ]}
      />
      <Row>
        {!device.Bound && (
          <Button kind="primary" onClick={() => setOpen("bind")}>
            {text("bind")}
          </Button>
        )}
        {device.Bound && <Button onClick={() => setOpen("codes")}>{text("newCodes")}</Button>}
        {device.Bound && <Button onClick={() => setOpen("unbind")}>{text("unbind")}</Button>}
      </Row>
      {open === "bind" && <Bind hasPassword={hasPassword} onClose={close} />}
      {open === "unbind" && <Unbind onClose={close} />}
      {open === "codes" && <NewCodes onClose={close} />}
    </>
  );
}

/** Password, then the secret and a code of it, then the recovery codes. */
function Bind({ hasPassword, onClose }: { hasPassword: boolean; onClose: () => void }) {
  const text = useText(accountText);
  const words = useText(signInText);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const begin = useChange("hufu", "CreateTotpDevice", { touches: [] });
  const enable = useChange("hufu", "EnableTotpDevice");
  if (enable.data) return <ShownCodes codes={enable.data.RecoveryCodes} onClose={onClose} />;
  if (begin.data) {
    return (
      <FormDialog
        open
        title={words("bindTitle")}
        onClose={onClose}
        submit={words("bindSubmit")}
        busy={enable.isPending}
        error={enable.error}
        disabled={!sixDigits(code)}
        onSubmit={() => enable.mutate({ Code: code.trim() })}
      >
        <DeviceSecret secret={begin.data.Secret} uri={begin.data.Uri} />
        <TextField label={text("code")} value={code} onChange={setCode} autoComplete="one-time-code" autoFocus />
      </FormDialog>
    );
  }
  return (
    <FormDialog
      open
      width="narrow"
      title={words("bindTitle")}
      onClose={onClose}
      submit={text("continue")}
      busy={begin.isPending}
      error={begin.error}
      disabled={hasPassword && password === ""}
      onSubmit={() => begin.mutate(hasPassword ? { Password: password } : {})}
    >
      {hasPassword ? (
        <>
          <p>{text("bindIntro")}</p>
          <PasswordField label={text("password")} value={password} onChange={setPassword} autoFocus />
        </>
      ) : (
        <p>{text("totpText")}</p>
      )}
    </FormDialog>
  );
}

function Unbind({ onClose }: { onClose: () => void }) {
  const text = useText(accountText);
  const [code, setCode] = useState("");
  const remove = useChange("hufu", "DeleteTotpDevice", { onSuccess: onClose });
  return (
    <ConfirmDanger
      open
      title={text("unbindTitle")}
      onClose={onClose}
      confirm={text("unbind")}
      busy={remove.isPending}
      error={remove.error}
      disabled={!sixDigits(code)}
      onConfirm={() => remove.mutate({ Code: code.trim() })}
      fields={<TextField label={text("code")} value={code} onChange={setCode} autoComplete="one-time-code" autoFocus />}
    >
      {text("unbindText")}
    </ConfirmDanger>
  );
}

function NewCodes({ onClose }: { onClose: () => void }) {
  const text = useText(accountText);
  const [code, setCode] = useState("");
  const create = useChange("hufu", "CreateRecoveryCodes");
  if (create.data) return <ShownCodes codes={create.data.RecoveryCodes} onClose={onClose} />;
  return (
    <FormDialog
      open
      width="narrow"
      title={text("newCodes")}
      onClose={onClose}
      submit={text("newCodes")}
      busy={create.isPending}
      error={create.error}
      disabled={!sixDigits(code)}
      onSubmit={() => create.mutate({ Code: code.trim() })}
    >
      <p>{text("newCodesText")}</p>
      <TextField label={text("code")} value={code} onChange={setCode} autoComplete="one-time-code" autoFocus />
    </FormDialog>
  );
}

/** Codes are gone with this dialog, so only its button closes it. */
function ShownCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const words = useText(signInText);
  return (
    <Dialog
      open
      width="narrow"
      title={words("codesTitle")}
      closable={false}
      onClose={onClose}
      footer={
        <Button kind="primary" onClick={onClose}>
          {words("codesDone")}
        </Button>
      }
    >
      <RecoveryCodes codes={codes} />
    </Dialog>
  );
}
