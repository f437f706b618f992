import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Navigate, useLocation, useNavigate, useSearchParams } from "react-router";
import { useSession } from "@/api";
import { sessionKey, type Step, type StepAnswer } from "@/api/session";
import { LanguageMenu, Mark, ThemeMenu } from "@/app/bar";
import { common, useText } from "@/i18n";
import { Alert, Button, Tabs, TextField, usePageTitle } from "@/ui";
import { signInText } from "./messages";
import { returnPath } from "./return";
import type { PasswordRules } from "./rules";
import { BindStep, CodeStep, NewPasswordStep, PasswordStep, RecoveryCodes } from "./steps";

/** What leads here by a page of the console. */
export interface SignInState {
  /** A session was open until now. */
  ended: boolean;
}

/** What the page shows: where one begins, a step that is still to be done, or the recovery codes that the last one gave. */
type View = { at: "begin" } | { at: Exclude<Step, "done">; rules: PasswordRules | undefined } | { at: "codes"; codes: readonly string[]; next: StepAnswer };

export default function SignIn() {
  const text = useText(signInText);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const { data: session } = useSession();
  const [view, setView] = useState<View>(() => stepOf(params));
  const goal = returnPath(params.get("return"));
  const titles = { begin: "title", password: "changeTitle", totp: "totpTitle", bind: "bindTitle", codes: "codesTitle" } as const;
  const title = text(titles[view.at]);
  usePageTitle(title);

  const enter = () => {
    // Nothing that was shown to somebody else may stay.
    client.clear();
    void client.invalidateQueries({ queryKey: sessionKey });
    void navigate(goal, { replace: true });
  };
  const follow = (answer: StepAnswer) => {
    if (answer.RecoveryCodes?.length) setView({ at: "codes", codes: answer.RecoveryCodes, next: { Step: answer.Step } });
    else if (answer.Step === "done") enter();
    else setView({ at: answer.Step, rules: answer.PasswordRules });
  };

  if (session && view.at === "begin") return <Navigate to={goal} replace />;
  return (
    <div className="sign">
      <Bar />
      <main>
        <div className="sign-card">
          <h1>{title}</h1>
          {view.at === "begin" && <Begin onDone={follow} />}
          {view.at === "password" && <NewPasswordStep rules={view.rules} onDone={follow} />}
          {view.at === "totp" && <CodeStep onDone={follow} />}
          {view.at === "bind" && <BindStep onDone={follow} />}
          {view.at === "codes" && (
            <>
              <RecoveryCodes codes={view.codes} />
              <Button kind="primary" onClick={() => follow(view.next)}>
                {text("codesDone")}
              </Button>
            </>
          )}
          {view.at !== "begin" && view.at !== "codes" && (
            <Button kind="text" onClick={() => setView({ at: "begin" })}>
              {text("startAgain")}
            </Button>
          )}
        </div>
      </main>
    </div>
  );
}

function Bar() {
  const words = useText(common);
  return (
    <header className="app-bar">
      <span className="app-brand">
        <Mark />
        {words("productLong")}
      </span>
      <div className="app-bar-right">
        <LanguageMenu />
        <ThemeMenu />
      </div>
    </header>
  );
}

type Kind = "root" | "user" | "wecom";

function Begin({ onDone }: { onDone: (answer: StepAnswer) => void }) {
  const text = useText(signInText);
  const [params] = useSearchParams();
  const [kind, setKind] = useState<Kind>(() => kindOf(params));
  const [account, setAccount] = useState(params.get("account") ?? "");
  const [name, setName] = useState(params.get("name") ?? "");
  const error = params.get("error");
  const ended = (useLocation().state as SignInState | null)?.ended ?? false;
  const step = (type: "root" | "user") => (
    <PasswordStep key={type} type={type} account={account} name={name} onAccount={setAccount} onName={setName} onDone={onDone} />
  );
  return (
    <>
      {error && <ReturnedError code={error} request={params.get("request") ?? ""} />}
      {ended && !error && <Alert>{text("ended")}</Alert>}
      <Tabs
        label={text("kinds")}
        value={kind}
        onChange={(next) => setKind(next as Kind)}
        tabs={[
          { key: "root", label: text("root"), content: step("root") },
          { key: "user", label: text("user"), content: step("user") },
          { key: "wecom", label: text("wecom"), content: <WeCom account={account} onAccount={setAccount} /> },
        ]}
      />
    </>
  );
}

/** Signing in by WeCom comes back here with what is still to be done; the ticket for it is a cookie. */
function stepOf(params: URLSearchParams): View {
  const step = params.get("step");
  return step === "password" || step === "totp" || step === "bind" ? { at: step, rules: undefined } : { at: "begin" };
}

function kindOf(params: URLSearchParams): Kind {
  const type = params.get("type");
  if (params.get("error")?.includes("WeCom")) return "wecom";
  if (type === "root" || type === "wecom") return type;
  return type === "user" || type === "subAccount" || params.has("name") ? "user" : "root";
}

/** WeCom shows its own pages, so this leaves the console. */
function WeCom({ account, onAccount }: { account: string; onAccount: (account: string) => void }) {
  const text = useText(signInText);
  const [params] = useSearchParams();
  const leave = () => {
    const goal = returnPath(params.get("return"));
    const back = goal === "/" ? "" : `?return=${encodeURIComponent(goal)}`;
    location.assign(`/login/wecom/${encodeURIComponent(account.trim())}${back}`);
  };
  return (
    <form
      className="sign-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (account.trim() !== "") leave();
      }}
    >
      <p>{text("wecomText")}</p>
      <TextField label={text("ownerField")} value={account} onChange={onAccount} autoComplete="organization" />
      <div className="sign-submit">
        <Button kind="primary" size="large" block type="submit" disabled={account.trim() === ""}>
          {text("wecomSubmit")}
        </Button>
      </div>
    </form>
  );
}

const returnedErrors: Record<string, keyof typeof signInText> = {
  TicketFailure: "errorState",
  WeComFailed: "errorWeCom",
  WeComNotUser: "errorNotUser",
};

/** Why signing in elsewhere came back without success. Code and id are shown only if they look like such, since addresses come from anywhere. */
function ReturnedError({ code, request }: { code: string; request: string }) {
  const text = useText(signInText);
  const words = useText(common);
  const last = code.split(".").at(-1) ?? "";
  return (
    <Alert kind="error" title={text(returnedErrors[last] ?? "errorOther")}>
      <p className="ui-error-code">
        {/^[A-Za-z.]{1,64}$/.test(code) && <code>{code}</code>}
        {/^[0-9a-f-]{36}$/.test(request) && (
          <span>
            {words("requestId")}: <code>{request}</code>
          </span>
        )}
      </p>
    </Alert>
  );
}
