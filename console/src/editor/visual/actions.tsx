import { useState } from "react";
import { useLanguage, useText } from "@/i18n";
import { parseAction } from "@/policy/action";
import { titled } from "@/policy/catalogue";
import { setActions } from "@/policy/change";
import { AddIcon, Button } from "@/ui";
import { editor } from "../messages";
import { ActionDialog } from "./action-dialog";
import { Chips } from "./chips";
import { Line } from "./line";
import { Part, type PartProps } from "./statement-card";

const trustActions = ["name/sts:AssumeRole", "name/sts:AssumeRoleWithSAML", "name/sts:AssumeRoleWithWebIdentity"];

/** The actions of a statement: chosen from what products have, or typed with stars. */
export function Actions({ value, statement, catalogue, onChange, trust }: PartProps & { trust: boolean }) {
  const text = useText(editor);
  const language = useLanguage();
  const [choosing, setChoosing] = useState(false);
  const { actions } = statement;
  const set = (next: readonly string[]) => onChange(setActions(value, statement, next));
  const titleOf = (action: string) => {
    const pattern = parseAction(action);
    const known = pattern && catalogue.known.get(pattern.service)?.Actions.find((candidate) => candidate.Name === pattern.name);
    return known ? titled(known, language, known.Name) : action;
  };
  return (
    <Part title={text("actions")}>
      <Chips
        label={text("actions")}
        chips={actions.map((action) => ({ value: action, title: titleOf(action), wrong: parseAction(action) === undefined }))}
        onRemove={(index) => set(actions.filter((_, i) => i !== index))}
      />
      {!trust && (
        <div>
          <Button icon={<AddIcon />} onClick={() => setChoosing(true)}>
            {text("chooseActions")}
          </Button>
        </div>
      )}
      <Line
        label={text("patternField")}
        hint={text("patternHint")}
        check={(typed) => (parseAction(typed) ? undefined : text("patternWrong"))}
        onAdd={(typed) => actions.includes(typed) || set([...actions, typed])}
        {...(trust ? { suggestions: trustActions } : {})}
      />
      {choosing && (
        <ActionDialog
          actions={actions}
          onClose={() => setChoosing(false)}
          onChoose={(next) => {
            set(next);
            setChoosing(false);
          }}
        />
      )}
    </Part>
  );
}
