import { useState } from "react";
import { ownAddress, useChange } from "@/api";
import { common, useText } from "@/i18n";
import { CopyText, Field, FormDialog, PasswordField, TextField, toast } from "@/ui";
import { wecomText } from "./messages";
import type { Corp } from "./wecom";

/** What is wrong with the two values of a callback: they stand together or not at all. */
export function callbackFits(token: string, key: string): { token: boolean; key: boolean; together: boolean } {
  return {
    token: /^[A-Za-z0-9]{0,32}$/.test(token),
    key: /^([A-Za-z0-9]{43})?$/.test(key),
    together: (token === "") === (key === ""),
  };
}

/** Links an enterprise; with a corp it renews the credentials of that one. */
export function LinkForm({ corp, onClose }: { corp?: Corp; onClose: () => void }) {
  const text = useText(wecomText);
  const words = useText(common);
  const [corpId, setCorpId] = useState(corp?.CorpId ?? "");
  const [agentId, setAgentId] = useState(corp ? String(corp.AgentId) : "");
  const [secret, setSecret] = useState("");
  const [token, setToken] = useState("");
  const [key, setKey] = useState("");
  const link = useChange("hufu", "LinkWeComCorp", {
    onSuccess: () => {
      toast("success", text("linked"));
      onClose();
    },
  });
  const agent = /^[1-9]\d{0,14}$/.test(agentId.trim());
  const fits = callbackFits(token.trim(), key.trim());
  const ready = corpId.trim() !== "" && agent && secret !== "" && fits.token && fits.key && fits.together;
  const callback = token.trim() === "" ? {} : { CallbackToken: token.trim(), CallbackKey: key.trim() };
  return (
    <FormDialog
      open
      title={corp ? text("editTitle", { name: corp.Name || corp.CorpId }) : text("link")}
      onClose={onClose}
      submit={corp ? words("save") : text("saveLink")}
      busy={link.isPending}
      error={link.error}
      disabled={!ready}
      onSubmit={() => link.mutate({ CorpId: corpId.trim(), AgentId: Number(agentId), Secret: secret.trim(), ...callback })}
    >
      {!corp && <TextField label={text("corpId")} hint={text("corpIdHint")} required value={corpId} onChange={setCorpId} autoFocus />}
      <TextField label={text("agentId")} required value={agentId} onChange={setAgentId} />
      <PasswordField label={text("secret")} hint={text("secretHint")} required value={secret} onChange={setSecret} autoComplete="off" />
      <p>{text("callbackIntro")}</p>
      {corp && (
        <Field label={text("callbackUrl")}>
          <CopyText value={ownAddress(corp.CallbackUrl)} />
        </Field>
      )}
      <TextField
        label={text("token")}
        hint={text("tokenHint")}
        value={token}
        onChange={setToken}
        error={fits.token ? undefined : text("tokenHint")}
      />
      <PasswordField
        label={text("aesKey")}
        hint={text("aesKeyHint")}
        value={key}
        onChange={setKey}
        autoComplete="off"
        error={key !== "" && !fits.key ? text("aesKeyHint") : fits.together ? undefined : text("tokenAndKey")}
      />
    </FormDialog>
  );
}
