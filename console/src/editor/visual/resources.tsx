import { useState } from "react";
import { useLanguage, useText } from "@/i18n";
import { coversAction, parseAction } from "@/policy/action";
import { titled, type Catalogue, type CatalogueResourceType } from "@/policy/catalogue";
import { setResources } from "@/policy/change";
import type { VisualStatement } from "@/policy/document";
import { resourceMessages } from "@/policy/messages";
import { blanks, fill, readResource } from "@/policy/resource";
import { Button, SelectField, TextField } from "@/ui";
import { editor } from "../messages";
import { Chips } from "./chips";
import { Choices } from "./choices";
import { Line } from "./line";
import { Part, type PartProps } from "./statement-card";

/**
 * The resources of a statement. Without any named it is about all of them, and the text says so: an empty list would too, without
 * looking like it.
 */
export function Resources({ value, statement, catalogue, onChange }: PartProps) {
  const text = useText(editor);
  const problems = useText(resourceMessages);
  const named = (statement.resources ?? []).filter((resource) => resource !== "");
  const all = named.length === 0 || named.includes("*");
  const [only, setOnly] = useState(!all);
  const set = (next: readonly string[]) => onChange(setResources(value, statement, next.length ? next : ["*"]));
  const add = (resource: string) => {
    const others = named.filter((other) => other !== "*");
    set(others.includes(resource) ? others : [...others, resource]);
  };
  const problemOf = (resource: string) => {
    const read = readResource(resource);
    return read.ok ? undefined : problems(read.problem);
  };
  const shown = named.filter((resource) => resource !== "*");
  return (
    <Part title={text("resources")}>
      <Choices
        label={text("resources")}
        value={only || !all ? "only" : "all"}
        onChange={(choice) => {
          setOnly(choice === "only");
          if (choice === "all") set(["*"]);
        }}
        options={[
          { value: "all", label: text("allResources") },
          { value: "only", label: text("someResources") },
        ]}
      />
      {(only || !all) && (
        <>
          {all && <p className="ui-hint">{text("untilNamed")}</p>}
          {statement.actions.length > 0 && hasOperations(statement, catalogue) && <p className="ui-hint">{text("operationLevelHint")}</p>}
          <Chips
            label={text("resources")}
            chips={shown.map((resource) => {
              const problem = problemOf(resource);
              return { value: resource, wrong: problem !== undefined, ...(problem ? { title: problem } : {}) };
            })}
            onRemove={(index) => set(shown.filter((_, i) => i !== index))}
          />
          <AddResource types={typesOf(statement, catalogue)} onAdd={add} problemOf={problemOf} />
        </>
      )}
    </Part>
  );
}

/** Whether the statement names actions that no resource narrows. */
function hasOperations(statement: VisualStatement, catalogue: Catalogue): boolean {
  return statement.actions.some((text) => {
    const action = parseAction(text);
    const known = action && catalogue.known.get(action.service)?.Actions;
    return known?.some((candidate) => candidate.Name === action?.name && candidate.Level !== "resource") ?? false;
  });
}

/** The resource types of the products that the statement's actions name; first those that the actions themselves are decided on. */
function typesOf(statement: VisualStatement, catalogue: Catalogue): CatalogueResourceType[] {
  const services = new Set(statement.actions.map((action) => parseAction(action)?.service ?? ""));
  const touched: CatalogueResourceType[] = [];
  const others: CatalogueResourceType[] = [];
  for (const service of services) {
    const product = catalogue.known.get(service);
    const prefixes = new Set(product?.Actions.filter((action) => coversAction(statement.actions, service, action.Name)).flatMap((action) => action.ResourceTypes));
    for (const type of product?.ResourceTypes ?? []) (prefixes.has(type.Prefix) ? touched : others).push(type);
  }
  return [...touched, ...others];
}

interface AddResourceProps {
  types: readonly CatalogueResourceType[];
  onAdd: (resource: string) => void;
  problemOf: (resource: string) => string | undefined;
}

const byName = "name";

function AddResource({ types, onAdd, problemOf }: AddResourceProps) {
  const text = useText(editor);
  const language = useLanguage();
  const [chosen, setChosen] = useState("");
  const type = types.find((known) => known.Template === chosen) ?? (chosen === byName ? undefined : types[0]);
  const name = <Line label={text("resourceName")} hint={text("resourceNameHint")} check={problemOf} onAdd={onAdd} />;
  if (types.length === 0) return name;
  return (
    <div className="condition" role="group" aria-label={text("addResource")}>
      <SelectField
        label={text("resourceType")}
        value={type?.Template ?? byName}
        onChange={setChosen}
        options={[
          ...types.map((known) => ({ value: known.Template, label: titled(known, language, known.Prefix === "*" ? known.Template : known.Prefix) })),
          { value: byName, label: text("byName") },
        ]}
      />
      {type ? <FillTemplate key={type.Template} template={type.Template} onAdd={onAdd} problemOf={problemOf} /> : name}
    </div>
  );
}

function FillTemplate({ template, onAdd, problemOf }: { template: string; onAdd: (resource: string) => void; problemOf: (resource: string) => string | undefined }) {
  const text = useText(editor);
  const [values, setValues] = useState<Record<string, string>>({});
  const resource = fill(template, values);
  const problem = problemOf(resource);
  return (
    <>
      {blanks(template).map((blank) => {
        const region = blank === "region";
        const owner = blank === "owner" || blank === "appid";
        return (
          <TextField
            key={blank}
            label={region ? text("blankRegion") : owner ? text("blankOwner") : blank}
            hint={text(region ? "regionHint" : owner ? "ownerHint" : "blankHint")}
            value={values[blank] ?? ""}
            onChange={(typed) => setValues({ ...values, [blank]: typed })}
          />
        );
      })}
      <div className="inline-form">
        <code>{resource}</code>
        <Button
          disabled={problem !== undefined}
          onClick={() => {
            onAdd(resource);
            setValues({});
          }}
        >
          {text("addResource")}
        </Button>
      </div>
      {problem && <p className="ui-wrong">{problem}</p>}
    </>
  );
}
