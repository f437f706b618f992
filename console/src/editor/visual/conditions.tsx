import { useState } from "react";
import { useLanguage, useText } from "@/i18n";
import { parseAction } from "@/policy/action";
import { keyNamed, keysFor, titled } from "@/policy/catalogue";
import { addCondition, hasCondition, removeCondition, retargetCondition, setConditionValues } from "@/policy/change";
import type { Condition } from "@/policy/document";
import { operatorMessages } from "@/policy/messages";
import { basesFor, fitsValue, printOperator, valueType, type KeyType, type Operator, type Qualifier } from "@/policy/operator";
import { AddIcon, Button, Checkbox, DeleteIcon, Select } from "@/ui";
import { editor } from "../messages";
import { Chips } from "./chips";
import { Line } from "./line";
import { Part, type PartProps } from "./statement-card";

/** The conditions of a statement: all of them must hold. */
export function Conditions(props: PartProps & { trust: boolean }) {
  const { statement } = props;
  const text = useText(editor);
  const [adding, setAdding] = useState(false);
  return (
    <Part title={text("conditions")}>
      {statement.conditions.length === 0 && !adding && <p className="ui-hint">{text("noConditions")}</p>}
      {statement.conditions.map((condition) => (
        <ConditionBox key={`${condition.operatorName} ${condition.key}`} {...props} condition={condition} />
      ))}
      {adding ? (
        <AddCondition {...props} onDone={() => setAdding(false)} />
      ) : (
        <div>
          <Button icon={<AddIcon />} onClick={() => setAdding(true)}>
            {text("addCondition")}
          </Button>
        </div>
      )}
    </Part>
  );
}

function keyType(type: string | undefined): KeyType | undefined {
  return type === "string" || type === "number" || type === "date" || type === "bool" || type === "ip" ? type : undefined;
}

function AddCondition({ value, statement, catalogue, onChange, trust, onDone }: PartProps & { trust: boolean; onDone: () => void }) {
  const text = useText(editor);
  const language = useLanguage();
  const services = [...new Set(statement.actions.map((action) => parseAction(action)?.service ?? ""))];
  const keys = keysFor(catalogue, services, trust);
  const [chosen, setChosen] = useState<string>();
  const other = "+";
  const add = (key: string) => {
    const bases = basesFor(keyType(keyNamed(catalogue, key)?.Type));
    const free = bases.find((base) => !hasCondition(statement, base, key));
    if (free) onChange(addCondition(value, statement, free, key, []));
    onDone();
  };
  return (
    <div className="condition" role="group" aria-label={text("addCondition")}>
      <Select
        label={text("conditionKey")}
        placeholder={text("conditionKey")}
        value={chosen}
        onChange={(key) => (key === other ? setChosen(key) : add(key))}
        options={[...keys.map((key) => ({ value: key.Key, label: `${key.Key} - ${titled(key, language, "")}` })), { value: other, label: text("otherKey") }]}
      />
      {chosen === other && <Line label={text("otherKey")} onAdd={add} />}
    </div>
  );
}

const qualifiers: readonly [Qualifier, "oneValue" | "anyValue" | "everyValue"][] = [
  ["", "oneValue"],
  ["for_any_value:", "anyValue"],
  ["for_all_value:", "everyValue"],
];

const valueNames = { number: "typeNumber", date: "typeDate", bool: "typeBool", ip: "typeIp" } as const;

function ConditionBox({ value, statement, catalogue, onChange, condition }: PartProps & { condition: Condition }) {
  const text = useText(editor);
  const operators = useText(operatorMessages);
  const language = useLanguage();
  const known = keyNamed(catalogue, condition.key);
  const { operator } = condition;
  const type = valueType(operator.base);
  const become = (next: Operator) => onChange(retargetCondition(value, statement, condition, printOperator(next), condition.key));
  const taken = (next: Operator) => printOperator(next) !== condition.operatorName && hasCondition(statement, printOperator(next), condition.key);
  const bases = basesFor(keyType(known?.Type));
  const offered = bases.includes(operator.base) ? bases : [operator.base, ...bases];
  const set = (values: readonly string[]) => onChange(setConditionValues(value, statement, condition, values));
  return (
    <div className="condition" role="group" aria-label={`${condition.key} ${condition.operatorName}`}>
      <div className="condition-head">
        <code>{condition.key}</code>
        {known && <span className="ui-hint">{titled(known, language, "")}</span>}
        <Select
          label={text("operator")}
          value={operator.base}
          onChange={(base) => become({ ...operator, base })}
          options={offered.map((base) => ({ value: base, label: `${operators(base)} (${base})`, disabled: taken({ ...operator, base }) }))}
        />
        <Select
          label={text("qualifier")}
          value={operator.qualifier}
          onChange={(qualifier) => become({ ...operator, qualifier })}
          options={qualifiers.map(([qualifier, label]) => ({ value: qualifier, label: text(label), disabled: taken({ ...operator, qualifier }) }))}
        />
        <button type="button" className="ui-iconbutton" aria-label={text("remove", { name: condition.key })} onClick={() => onChange(removeCondition(value, statement, condition))}>
          <DeleteIcon />
        </button>
      </div>
      {operator.base !== "null_equal" && (
        <Checkbox checked={operator.ifExist} disabled={taken({ ...operator, ifExist: !operator.ifExist })} onChange={(ifExist) => become({ ...operator, ifExist })}>
          {text("ifExist")}
        </Checkbox>
      )}
      <Chips
        label={text("values")}
        chips={condition.values.map((item) => ({ value: item, wrong: !fitsValue(operator.base, item) }))}
        onRemove={(index) => set(condition.values.filter((_, i) => i !== index))}
      />
      {condition.values.length === 0 && <p className="ui-wrong">{text("noValues")}</p>}
      <Line
        label={text("value")}
        check={(typed) => (type === "string" || fitsValue(operator.base, typed) ? undefined : text("valueWrong", { type: text(valueNames[type]) }))}
        onAdd={(typed) => condition.values.includes(typed) || set([...condition.values, typed])}
        {...(type === "bool" ? { suggestions: ["true", "false"] } : {})}
      />
    </div>
  );
}
