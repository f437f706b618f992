import { useState, type FormEvent } from "react";
import { useAction, useChange, type Out } from "@/api";
import { common, useText } from "@/i18n";
import { Button, Card, Checkbox, ErrorNotice, Loaded, NumberField, RadioGroup, Row, toast } from "@/ui";
import { accountText } from "./messages";

type Rules = Out<"cam", "GetPasswordRules">;

export function PasswordRules() {
  const text = useText(accountText);
  const rules = useAction("cam", "GetPasswordRules", {});
  return (
    <Card>
      <p className="ui-page-description">{text("rulesIntro")}</p>
      <Loaded query={rules}>{(data) => <RulesForm key={data.UpdateTime} rules={data} />}</Loaded>
    </Card>
  );
}

function within(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}

// The letters by which the API names classes of characters, in its order.
const classes = [
  ["A", "upper"],
  ["a", "lower"],
  ["0", "digits"],
  ["!", "special"],
] as const;

function RulesForm({ rules: { Rules: rules, UpdateTime, Modifier } }: { rules: Rules }) {
  const text = useText(accountText);
  const words = useText(common);
  const [length, setLength] = useState<number | undefined>(Math.max(8, rules.MinimumLength ?? 8));
  const [contain, setContain] = useState(rules.MustContain || "Aa0!");
  const [expires, setExpires] = useState<number | undefined>(rules.ForcePasswordChange ?? 0);
  const [reuse, setReuse] = useState<number | undefined>(rules.ReusePasswordLimit ?? 0);
  const [retry, setRetry] = useState<number | undefined>(rules.RetryPasswordLimit ?? 0);
  const [expired, setExpired] = useState(String(rules.PasswordExpirationInvalidation ?? 2));
  const change = useChange("cam", "UpdatePasswordRules", { onSuccess: () => toast("success", words("saved")) });
  const ready = contain !== "" && within(length, 8, 32) && within(expires, 0, 365) && within(reuse, 0, 24) && within(retry, 0, 10);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || change.isPending) return;
    change.mutate({
      Rules: {
        MinimumLength: length ?? 8,
        MustContain: contain,
        ForcePasswordChange: expires ?? 0,
        ReusePasswordLimit: reuse ?? 0,
        RetryPasswordLimit: retry ?? 0,
        PasswordExpirationInvalidation: Number(expired),
      },
    });
  };
  return (
    <form className="ui-form" onSubmit={save} noValidate>
      <NumberField label={text("minimumLength")} hint={text("minimumLengthHint")} unit={text("characters")} min={8} max={32} value={length} onChange={setLength} />
      <Classes contain={contain} onChange={setContain} />
      <NumberField label={text("expires")} hint={text("expiresHint")} unit={text("days")} min={0} max={365} value={expires} onChange={setExpires} />
      <RadioGroup
        label={text("expired")}
        value={expired}
        onChange={setExpired}
        options={[
          { value: "2", label: text("expiredChange") },
          { value: "1", label: text("expiredRefused") },
        ]}
      />
      <NumberField label={text("reuse")} hint={text("reuseHint")} unit={text("passwords")} min={0} max={24} value={reuse} onChange={setReuse} />
      <NumberField label={text("retry")} hint={text("retryHint")} unit={text("times")} min={0} max={10} value={retry} onChange={setRetry} />
      <ErrorNotice error={change.error} />
      <div className="ui-row">
        <Button kind="primary" type="submit" busy={change.isPending} disabled={!ready}>
          {words("save")}
        </Button>
        {UpdateTime && <span className="ui-hint">{text("rulesChanged", { time: UpdateTime, who: Modifier })}</span>}
      </div>
    </form>
  );
}

/** Which classes of characters a password needs, at least one of each. */
function Classes({ contain, onChange }: { contain: string; onChange: (contain: string) => void }) {
  const text = useText(accountText);
  const choose = (letter: string, chosen: boolean) =>
    onChange(classes.map(([known]) => known).filter((known) => (known === letter ? chosen : contain.includes(known))).join(""));
  return (
    <fieldset className="ui-radios">
      <legend>{text("mustContain")}</legend>
      <Row>
        {classes.map(([letter, name]) => (
          <Checkbox key={letter} checked={contain.includes(letter)} onChange={(chosen) => choose(letter, chosen)}>
            {text(name)}
          </Checkbox>
        ))}
      </Row>
      {contain === "" && (
        <span className="ui-wrong" role="alert">
          {text("oneClass")}
        </span>
      )}
    </fieldset>
  );
}
