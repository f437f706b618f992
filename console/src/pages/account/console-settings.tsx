import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useAction, useChange, type Out } from "@/api";
import { sessionKey } from "@/api/session";
import { common, useText } from "@/i18n";
import { Button, Card, ErrorNotice, Loaded, NumberField, SwitchField, TextField, toast } from "@/ui";
import { accountText } from "./messages";

type Settings = Out<"hufu", "DescribeConsoleSettings">;

export function ConsoleSettings() {
  const settings = useAction("hufu", "DescribeConsoleSettings", {});
  return <Card>{<Loaded query={settings}>{(data) => <SettingsForm key={data.UpdateTime} settings={data} />}</Loaded>}</Card>;
}

/** Whether sub-users could sign in under the alias; hufu knows whether it is free. */
export function aliasFits(alias: string): boolean {
  return alias === "" || (/^[a-z0-9-]{3,32}$/.test(alias) && !/^\d+$/.test(alias));
}

function SettingsForm({ settings }: { settings: Settings }) {
  const text = useText(accountText);
  const words = useText(common);
  const client = useQueryClient();
  const [alias, setAlias] = useState(settings.Alias);
  const [idle, setIdle] = useState<number | undefined>(settings.IdleMinutes);
  const [maximum, setMaximum] = useState<number | undefined>(settings.MaximumMinutes);
  const [requireMfa, setRequireMfa] = useState(settings.RequireMfa);
  const change = useChange("hufu", "UpdateConsoleSettings", {
    onSuccess: () => {
      toast("success", words("saved"));
      void client.invalidateQueries({ queryKey: sessionKey }); // it shows the alias
    },
  });
  const aliasError = aliasFits(alias) ? undefined : text("aliasWrong");
  const tooIdle = idle !== undefined && maximum !== undefined && idle > maximum;
  const inRange = idle !== undefined && idle >= 5 && idle <= 1440 && maximum !== undefined && maximum >= 15 && maximum <= 10080;
  const ready = !aliasError && inRange && !tooIdle;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || change.isPending) return;
    change.mutate({ Alias: alias, IdleMinutes: idle, MaximumMinutes: maximum, RequireMfa: requireMfa });
  };
  return (
    <form className="ui-form" onSubmit={save} noValidate>
      <TextField label={text("alias")} hint={text("aliasHint")} error={aliasError} value={alias} onChange={setAlias} />
      <NumberField
        label={text("idle")}
        hint={text("idleHint")}
        error={tooIdle ? text("idleAboveMaximum") : undefined}
        unit={text("minutes")}
        min={5}
        max={1440}
        value={idle}
        onChange={setIdle}
      />
      <NumberField label={text("maximum")} hint={text("maximumHint")} unit={text("minutes")} min={15} max={10080} value={maximum} onChange={setMaximum} />
      <SwitchField label={text("requireMfa")} hint={text("requireMfaHint")} checked={requireMfa} onChange={setRequireMfa} />
      <ErrorNotice error={change.error} />
      <div className="ui-row">
        <Button kind="primary" type="submit" busy={change.isPending} disabled={!ready}>
          {words("save")}
        </Button>
      </div>
    </form>
  );
}
