import { useEffect, useState, type FormEvent } from "react";
import { ActionField } from "@/decision";
import { useText } from "@/i18n";
import { Button, Card, MomentField, SelectField, TextField } from "@/ui";
import "./audit.css";
import { callerTypes, noFilter, outcomes, type Filter, type Range } from "./filter";
import { auditText } from "./messages";

const rangeNames = [
  ["15m", "range15m"],
  ["1h", "range1h"],
  ["1d", "range1d"],
  ["7d", "range7d"],
  ["30d", "range30d"],
  ["all", "rangeAll"],
  ["custom", "rangeCustom"],
] as const;

/** Which calls to show. What is chosen takes effect at once, what is typed with Enter or the button. */
export function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const text = useText(auditText);
  const [draft, setDraft] = useState(filter);
  useEffect(() => setDraft(filter), [filter]);
  const type = (part: Partial<Filter>) => setDraft((now) => ({ ...now, ...part }));
  const choose = (part: Partial<Filter>) => {
    const next = { ...draft, ...part };
    setDraft(next);
    onChange(next);
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    onChange(draft);
  };
  // Until a beginning or an end was chosen, "custom" is in no address.
  const chooseRange = (range: Range) => (range === "custom" ? type({ range }) : choose({ range, from: undefined, to: undefined }));
  return (
    <Card>
      <form className="audit-filters" aria-label={text("filters")} onSubmit={send} noValidate>
        <SelectField label={text("range")} value={draft.range} onChange={chooseRange} options={rangeNames.map(([value, name]) => ({ value, label: text(name) }))} />
        {draft.range === "custom" && (
          <>
            <MomentField label={text("from")} value={draft.from} onChange={(from) => choose({ from })} />
            <MomentField label={text("to")} value={draft.to} onChange={(to) => choose({ to })} />
          </>
        )}
        <SelectField<Filter["outcome"]>
          label={text("outcome")}
          value={draft.outcome}
          onChange={(outcome) => choose({ outcome })}
          options={[{ value: "", label: text("any") }, ...outcomes.map((value) => ({ value, label: text(value) }))]}
        />
        <ActionField label={text("action")} placeholder={text("actionHint")} value={draft.action} onChange={(action) => type({ action })} />
        <SelectField<Filter["callerType"]>
          label={text("callerType")}
          value={draft.callerType}
          onChange={(callerType) => choose({ callerType })}
          options={[{ value: "", label: text("any") }, ...callerTypes.map((value) => ({ value, label: text(value) }))]}
        />
        <TextField label={text("callerId")} value={draft.caller} onChange={(caller) => type({ caller })} />
        <TextField label={text("ip")} value={draft.ip} onChange={(ip) => type({ ip })} />
        <TextField label={text("resource")} placeholder={text("resourceHint")} value={draft.resource} onChange={(resource) => type({ resource })} />
        <TextField label={text("secretId")} value={draft.key} onChange={(key) => type({ key })} />
        <div className="ui-row audit-buttons">
          <Button kind="primary" type="submit">
            {text("apply")}
          </Button>
          <Button onClick={() => onChange(noFilter)}>{text("reset")}</Button>
        </div>
      </form>
    </Card>
  );
}
