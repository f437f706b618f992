// The steps of signing in, each a form. They tell what hufu answered; the page knows what follows.
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { signIn, type StepAnswer } from "@/api/session";
import { common, useText } from "@/i18n";
import { Button, CopyButton, CopyText, DownloadIcon, ErrorNotice, Loaded, PasswordField, QrCode, TextField, download } from "@/ui";
import { signInText } from "./messages";
import { checkPassword, longest, shortest, type PasswordRules } from "./rules";

type Done = (answer: StepAnswer) => void;

/** A form with one button, which shows the error of its last try. */
function StepForm({ submit, ready, send, onDone, children }: { submit: string; ready: boolean; send: () => Promise<StepAnswer>; onDone: Done; children: ReactNode }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !ready) return;
    setBusy(true);
    setError(undefined);
    try {
      onDone(await send());
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="sign-form" onSubmit={(event) => void onSubmit(event)} noValidate>
      {children}
      <ErrorNotice error={error} />
      <div className="sign-submit">
        <Button kind="primary" type="submit" size="large" block busy={busy} disabled={!ready}>
          {submit}
        </Button>
      </div>
    </form>
  );
}

interface PasswordStepProps {
  type: "root" | "user";
  account: string;
  name: string;
  onAccount: (account: string) => void;
  onName: (name: string) => void;
  onDone: Done;
}

export function PasswordStep({ type, account, name, onAccount, onName, onDone }: PasswordStepProps) {
  const text = useText(signInText);
  const [password, setPassword] = useState("");
  const ready = account.trim() !== "" && password !== "" && (type === "root" || name.trim() !== "");
  const send = () =>
    signIn.begin({ Type: type, Account: account.trim(), ...(type === "user" ? { Name: name.trim() } : {}), Password: password });
  return (
    <StepForm submit={text("submit")} ready={ready} send={send} onDone={onDone}>
      <TextField label={text(type === "root" ? "rootAccountField" : "ownerField")} value={account} onChange={onAccount} autoComplete={type === "root" ? "username" : "organization"} autoFocus={account === ""} />
      {type === "user" && <TextField label={text("userField")} value={name} onChange={onName} autoComplete="username" autoFocus={account !== "" && name === ""} />}
      <PasswordField label={text("password")} value={password} onChange={setPassword} autoFocus={account !== "" && (type === "root" || name !== "")} />
    </StepForm>
  );
}

export function NewPasswordStep({ rules, onDone }: { rules: PasswordRules | undefined; onDone: Done }) {
  const text = useText(signInText);
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const kept = checkPassword(password, rules).every((rule) => rule.kept);
  const differs = again !== "" && again !== password;
  return (
    <StepForm submit={text("changeSubmit")} ready={kept && again === password} send={() => signIn.password(password)} onDone={onDone}>
      <p>{text("changeText")}</p>
      <PasswordField label={text("newPassword")} value={password} onChange={setPassword} autoComplete="new-password" autoFocus />
      <PasswordRuleList password={password} rules={rules} />
      <PasswordField label={text("repeat")} value={again} onChange={setAgain} autoComplete="new-password" error={differs ? text("differs") : undefined} />
    </StepForm>
  );
}

/** The rules, and which of them the password keeps so far. */
export function PasswordRuleList({ password, rules }: { password: string; rules: PasswordRules | undefined }) {
  const text = useText(signInText);
  const values = { min: shortest(rules), max: longest };
  return (
    <ul className="sign-rules" aria-label={text("rules")}>
      {checkPassword(password, rules).map(({ name, kept }) => (
        <li key={name} className={kept ? "sign-rule-kept" : undefined}>
          <span aria-hidden="true">{kept ? "✓ " : "○ "}</span>
          {text(name, values)}
          <span className="ui-visually-hidden"> ({text(kept ? "ruleKept" : "ruleBroken")})</span>
        </li>
      ))}
      {!rules && <li>{text("ruleUnknown")}</li>}
    </ul>
  );
}

export function CodeStep({ onDone }: { onDone: Done }) {
  const text = useText(signInText);
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState("");
  const flip = () => {
    setRecovery(!recovery);
    setCode("");
  };
  const ready = recovery ? code.trim() !== "" : sixDigits(code);
  const send = () => (recovery ? signIn.recoveryCode(code.trim()) : signIn.code(code.trim()));
  return (
    <StepForm key={String(recovery)} submit={text("verify")} ready={ready} send={send} onDone={onDone}>
      <p>{text(recovery ? "recoveryText" : "totpText")}</p>
      <TextField label={text(recovery ? "recovery" : "code")} value={code} onChange={setCode} autoComplete={recovery ? "off" : "one-time-code"} autoFocus />
      <Button kind="text" onClick={flip}>
        {text(recovery ? "useCode" : "useRecovery")}
      </Button>
    </StepForm>
  );
}

export function sixDigits(code: string): boolean {
  return /^\d{6}$/.test(code.trim());
}

export function BindStep({ onDone }: { onDone: Done }) {
  const text = useText(signInText);
  const [code, setCode] = useState("");
  // Asked once: to ask again would begin another device.
  const device = useQuery({ queryKey: ["session", "bind"], queryFn: signIn.device, staleTime: Infinity, gcTime: 0, retry: false });
  return (
    <Loaded query={device}>
      {({ Secret, Uri }) => (
        <StepForm submit={text("bindSubmit")} ready={sixDigits(code)} send={() => signIn.bind(code.trim())} onDone={onDone}>
          <p>{text("bindText")}</p>
          <DeviceSecret secret={Secret} uri={Uri} />
          <TextField label={text("code")} value={code} onChange={setCode} autoComplete="one-time-code" />
        </StepForm>
      )}
    </Loaded>
  );
}

/** The secret of a TOTP device: as a picture for a phone, and as text. */
export function DeviceSecret({ secret, uri }: { secret: string; uri: string }) {
  const text = useText(signInText);
  return (
    <>
      <div className="sign-qr">
        <QrCode value={uri} label={text("qr")} />
      </div>
      <p>
        {text("secret")}: <CopyText value={secret} label={text("secret")} />
      </p>
    </>
  );
}

/** Recovery codes, shown this once. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const text = useText(signInText);
  const words = useText(common);
  return (
    <>
      <p>{text("codesText")}</p>
      <ul className="sign-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="ui-row">
        <Button icon={<DownloadIcon />} onClick={() => download("hufu-recovery-codes.txt", `${codes.join("\n")}\n`, "text/plain;charset=utf-8")}>
          {words("download")}
        </Button>
        <CopyButton value={codes.join("\n")} caption={words("copy")} />
      </div>
    </>
  );
}
