import { useState } from "react";
import { useAction, useChange } from "@/api";
import { common, useText } from "@/i18n";
import { Alert, Button, Card, ConfirmDanger, Dialog, ErrorNotice, FormDialog, KeyValue, Loaded, Row, Secret, Status, SwitchField, Time, toast } from "@/ui";
import { Sessions } from "../account/sessions";
import { generatePassword } from "./generate";
import { detailText } from "./messages";
import { generated, isChosen, PasswordChooser, usePasswordRules } from "./password-choice";
import { isWeCom, type User } from "./user";

/** How a user signs in. */
export function Security({ user }: { user: User }) {
  return (
    <>
      {user.State === "Locked" && <Locked user={user} />}
      <ConsoleAccess user={user} />
      <Totp user={user} />
      <Protection user={user} />
      <Sessions uin={user.Uin} />
    </>
  );
}

function Locked({ user }: { user: User }) {
  const text = useText(detailText);
  const unlock = useChange("hufu", "UnlockUser", { onSuccess: () => toast("success", text("unlocked")) });
  return (
    <>
      <Alert
        kind="warning"
        title={text("lockedTitle")}
        actions={
          <Button busy={unlock.isPending} onClick={() => unlock.mutate({ Uin: user.Uin })}>
            {text("unlock")}
          </Button>
        }
      />
      <ErrorNotice error={unlock.error} />
    </>
  );
}

function ConsoleAccess({ user }: { user: User }) {
  const text = useText(detailText);
  const words = useText(common);
  const [resetting, setResetting] = useState(false);
  const change = useChange("cam", "UpdateUser", { onSuccess: () => toast("success", words("saved")) });
  const ask = useChange("cam", "UpdateUser", { onSuccess: () => toast("success", text("mustChangeDone")) });
  if (isWeCom(user)) {
    return (
      <Card title={text("consoleAccess")}>
        <SwitchField label={text("consoleAccess")} hint={text("consoleWeCom")} checked disabled onChange={() => undefined} />
      </Card>
    );
  }
  return (
    <Card title={text("consoleAccess")}>
      <SwitchField
        label={text("consoleAccess")}
        hint={text("consoleText")}
        checked={user.ConsoleLogin}
        disabled={change.isPending}
        // A user who had no password gets one that nobody knows: it is set first, and switches sign-in on.
        onChange={(on) => (on ? setResetting(true) : change.mutate({ Name: user.Name, ConsoleLogin: 0 }))}
      />
      {user.ConsoleLogin && (
        <Row>
          <Button onClick={() => setResetting(true)}>{text("resetPassword")}</Button>
          <Button busy={ask.isPending} onClick={() => ask.mutate({ Name: user.Name, NeedResetPassword: 1 })}>
            {text("mustChangeAction")}
          </Button>
        </Row>
      )}
      <ErrorNotice error={change.error ?? ask.error} />
      {resetting && <ResetPassword user={user} onClose={() => setResetting(false)} />}
    </Card>
  );
}

/** Sets another password and shows it once; console sign-in is on afterwards. */
function ResetPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const text = useText(detailText);
  const words = useText(common);
  const rules = usePasswordRules();
  const [choice, setChoice] = useState(generated);
  const [done, setDone] = useState<string>();
  const reset = useChange("cam", "UpdateUser", { onSuccess: (_, { Password }) => setDone(Password) });
  if (done !== undefined) {
    return (
      <Dialog open title={text("resetDone", { name: user.Name })} onClose={onClose} closable={false} footer={<Button kind="primary" onClick={onClose}>{words("keptSafe")}</Button>}>
        <Secret
          file={`hufu-password-${user.Name}.csv`}
          items={[
            { name: words("name"), value: user.Name },
            { name: text("password"), value: done },
          ]}
        />
      </Dialog>
    );
  }
  const send = () =>
    reset.mutate({
      Name: user.Name,
      ConsoleLogin: 1,
      Password: choice.kind === "auto" ? generatePassword(rules) : choice.password,
      NeedResetPassword: choice.mustChange ? 1 : 0,
    });
  return (
    <FormDialog
      open
      title={text("resetTitle", { name: user.Name })}
      submit={text("resetPassword")}
      onClose={onClose}
      onSubmit={send}
      busy={reset.isPending}
      error={reset.error}
      disabled={!isChosen(choice, rules)}
    >
      <p>{text("resetText")}</p>
      <PasswordChooser value={choice} onChange={setChoice} rules={rules} />
    </FormDialog>
  );
}

function Totp({ user }: { user: User }) {
  const text = useText(detailText);
  const words = useText(common);
  const [removing, setRemoving] = useState(false);
  const device = useAction("hufu", "DescribeTotpDevice", { Uin: user.Uin });
  const remove = useChange("hufu", "DeleteTotpDevice", {
    onSuccess: () => {
      toast("success", text("removedTotp"));
      setRemoving(false);
    },
  });
  return (
    <Card title={text("totp")} actions={device.data?.Bound && <Button onClick={() => setRemoving(true)}>{text("removeTotp")}</Button>}>
      <Loaded query={device} lines={2}>
        {({ Bound, BindTime, RecoveryCodesLeft }) => (
          <KeyValue
            items={[
              { name: words("state"), value: <Status kind={Bound ? "success" : "default"}>{text(Bound ? "bound" : "notBound")}</Status> },
              ...(Bound
                ? [
                    { name: words("createTime"), value: <Time seconds={BindTime} /> },
                    { name: text("codesLeft"), value: RecoveryCodesLeft },
                  ]
                : []),
            ]}
          />
        )}
      </Loaded>
      <ConfirmDanger
        open={removing}
        title={text("removeTotpTitle", { name: user.Name })}
        confirm={text("removeTotp")}
        onClose={() => setRemoving(false)}
        onConfirm={() => remove.mutate({ Uin: user.Uin })}
        busy={remove.isPending}
        error={remove.error}
      >
        {text("removeTotpText")}
      </ConfirmDanger>
    </Card>
  );
}

function Protection({ user }: { user: User }) {
  const text = useText(detailText);
  const words = useText(common);
  const flags = useAction("cam", "DescribeSafeAuthFlagColl", { SubUin: user.Uin });
  const set = useChange("cam", "SetMfaFlag", { onSuccess: () => toast("success", words("saved")) });
  return (
    <Card title={text("protection")}>
      <Loaded query={flags} lines={2}>
        {({ LoginFlag }) => (
          <SwitchField
            label={text("protection")}
            hint={text("protectionText")}
            checked={LoginFlag.Stoken === 1}
            disabled={set.isPending}
            onChange={(on) => set.mutate({ OpUin: user.Uin, LoginFlag: { Phone: 0, Stoken: on ? 1 : 0, Wechat: 0 } })}
          />
        )}
      </Loaded>
      <ErrorNotice error={set.error} />
    </Card>
  );
}
