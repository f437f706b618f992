import { useState } from "react";
import { useAction, useChange, useSession } from "@/api";
import { common, useText } from "@/i18n";
import { Button, Card, FormDialog, Page, PasswordField, toast } from "@/ui";
import { signInText } from "../sign-in/messages";
import { checkPassword } from "../sign-in/rules";
import { PasswordRuleList } from "../sign-in/steps";
import { accountText } from "./messages";
import { Sessions } from "./sessions";
import { TotpDevice } from "./totp";

/** What somebody does about the own sign-in. Everybody may, whatever the policies say. */
export default function Security() {
  const text = useText(accountText);
  const { data: session } = useSession();
  if (!session) return null;
  return (
    <Page title={text("mySecurity")} crumbs={[{ label: text("title"), to: "/account" }]}>
      <Card title={text("password")}>{session.Principal.WeCom ? <p>{text("noPassword")}</p> : <OwnPassword />}</Card>
      <TotpDevice hasPassword={!session.Principal.WeCom} />
      <Sessions />
    </Page>
  );
}

function OwnPassword() {
  const text = useText(accountText);
  const [open, setOpen] = useState(false);
  return (
    <>
      <p className="ui-page-description">{text("passwordText")}</p>
      <div className="ui-row">
        <Button onClick={() => setOpen(true)}>{text("changePassword")}</Button>
      </div>
      {open && <ChangePassword onClose={() => setOpen(false)} />}
    </>
  );
}

// The root's password is held to the default rules. A sub-user may not be allowed to read the account's.
function useOwnRules() {
  const { data: session } = useSession();
  const root = session?.Principal.Type === "root";
  const { data: rules } = useAction("cam", "GetPasswordRules", {}, { enabled: !root });
  return root ? {} : rules?.Rules;
}

function ChangePassword({ onClose }: { onClose: () => void }) {
  const text = useText(accountText);
  const words = useText(signInText);
  const plain = useText(common);
  const [before, setBefore] = useState("");
  const [after, setAfter] = useState("");
  const [again, setAgain] = useState("");
  const shown = useOwnRules();
  const change = useChange("hufu", "ChangeOwnPassword", {
    onSuccess: () => {
      toast("success", text("passwordChanged"));
      onClose();
    },
  });
  const differs = again !== "" && again !== after;
  return (
    <FormDialog
      open
      title={text("changePassword")}
      onClose={onClose}
      submit={plain("save")}
      busy={change.isPending}
      error={change.error}
      disabled={before === "" || again !== after || !checkPassword(after, shown).every((rule) => rule.kept)}
      onSubmit={() => change.mutate({ OldPassword: before, NewPassword: after })}
    >
      <PasswordField label={text("oldPassword")} value={before} onChange={setBefore} autoFocus />
      <PasswordField label={words("newPassword")} value={after} onChange={setAfter} autoComplete="new-password" />
      <PasswordRuleList password={after} rules={shown} />
      <PasswordField label={words("repeat")} value={again} onChange={setAgain} autoComplete="new-password" error={differs ? words("differs") : undefined} />
    </FormDialog>
  );
}
