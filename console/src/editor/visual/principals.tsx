import { useState } from "react";
import { useSession } from "@/api";
import { useText } from "@/i18n";
import { setAnyone, setPrincipals } from "@/policy/change";
import { principalClasses, type PrincipalClass } from "@/policy/document";
import { Button, SelectField, TextField } from "@/ui";
import { editor } from "../messages";
import { Chips } from "./chips";
import { Choices } from "./choices";
import { Part, type PartProps } from "./statement-card";

const classTitles = { qcs: "principalAccount", service: "principalService", federated: "principalProvider" } as const;

/** Who may assume a role: accounts, users and roles of this or another root account, services, identity providers. */
export function PrincipalsPart({ value, statement, onChange }: PartProps) {
  const text = useText(editor);
  const principals = statement.principals ?? { anyone: false, qcs: [], service: [], federated: [] };
  const set = (kind: PrincipalClass, entries: readonly string[]) => onChange(setPrincipals(value, statement, kind, entries));
  return (
    <Part title={text("principals")}>
      <Choices
        label={text("principals")}
        value={principals.anyone ? "anyone" : "named"}
        onChange={(choice) => onChange(setAnyone(value, statement, choice === "anyone"))}
        options={[
          { value: "named", label: text("named") },
          { value: "anyone", label: text("anyone"), hint: text("anyoneHint") },
        ]}
      />
      {!principals.anyone && (
        <>
          {principalClasses.map((kind) => (
            <Chips
              key={kind}
              label={text(classTitles[kind])}
              chips={principals[kind].map((entry) => ({ value: entry }))}
              onRemove={(index) => set(kind, principals[kind].filter((_, i) => i !== index))}
            />
          ))}
          <AddPrincipal onAdd={(kind, entry) => principals[kind].includes(entry) || set(kind, [...principals[kind], entry])} />
        </>
      )}
    </Part>
  );
}

type Kind = "account" | "user" | "role" | "service" | "saml" | "oidc";

function AddPrincipal({ onAdd }: { onAdd: (kind: PrincipalClass, entry: string) => void }) {
  const text = useText(editor);
  const session = useSession().data;
  const [kind, setKind] = useState<Kind>("account");
  const [account, setAccount] = useState<string>();
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const uin = (account ?? session?.Account.Uin ?? "").trim();
  const ofAccount = kind !== "service";
  const accountWrong = ofAccount && !/^\d+$/.test(uin);
  const nameWrong = wrongName(kind, name.trim());
  const add = () => {
    setTried(true);
    if (accountWrong || nameWrong) return;
    setTried(false);
    setName("");
    onAdd(...principal(kind, uin, name.trim()));
  };
  return (
    <div className="condition" role="group" aria-label={text("addPrincipal")}>
      <SelectField
        label={text("principals")}
        value={kind}
        onChange={(next) => {
          setKind(next);
          setTried(false);
        }}
        options={[
          { value: "account", label: text("wholeAccount") },
          { value: "user", label: text("oneUser") },
          { value: "role", label: text("oneRole") },
          { value: "service", label: text("principalService") },
          { value: "saml", label: `${text("principalProvider")} (SAML)` },
          { value: "oidc", label: `${text("principalProvider")} (OIDC)` },
        ]}
      />
      {ofAccount && <TextField label={text("accountUin")} value={uin} onChange={setAccount} error={tried && accountWrong ? text("onlyDigits") : undefined} />}
      {kind !== "account" && (
        <TextField label={text(nameLabels[kind])} value={name} onChange={setName} error={tried && nameWrong ? text(nameWrong) : undefined} />
      )}
      <div>
        <Button onClick={add}>{text("addPrincipal")}</Button>
      </div>
    </div>
  );
}

const nameLabels = { user: "userUin", role: "roleName", service: "serviceName", saml: "providerName", oidc: "providerName" } as const;

function wrongName(kind: Kind, name: string): "onlyDigits" | "nameNeeded" | "serviceNeeded" | undefined {
  if (kind === "account") return undefined;
  if (kind === "user") return /^\d+$/.test(name) ? undefined : "onlyDigits";
  if (kind === "service") return /^[-\w.]+$/.test(name) ? undefined : "serviceNeeded";
  return /^[^\s*/${}]+$/.test(name) ? undefined : "nameNeeded";
}

function principal(kind: Kind, uin: string, name: string): [PrincipalClass, string] {
  const path = { account: "root", user: `uin/${name}`, role: `roleName/${name}`, saml: `saml-provider/${name}`, oidc: `oidc-provider/${name}` };
  if (kind === "service") return ["service", name];
  return [kind === "saml" || kind === "oidc" ? "federated" : "qcs", `qcs::cam::uin/${uin}:${path[kind]}`];
}
