import { useMemo, useState } from "react";
import { common, useLanguage, useText } from "@/i18n";
import { coversAction, parseAction, serviceOf } from "@/policy/action";
import { titled, type CatalogueAction } from "@/policy/catalogue";
import { Checkbox, FormDialog, SearchBox, SelectField, Skeleton } from "@/ui";
import { editor } from "../messages";
import { useCatalogue } from "../use-catalogue";

interface ActionDialogProps {
  actions: readonly string[];
  onChoose: (actions: string[]) => void;
  onClose: () => void;
}

/** Chooses among the actions of a product, which are grouped by what they do. Actions of other products stay as they are. */
export function ActionDialog({ actions, onChoose, onClose }: ActionDialogProps) {
  const text = useText(editor);
  const words = useText(common);
  const language = useLanguage();
  const [chosen, setChosen] = useState<readonly string[]>(actions);
  const [service, setService] = useState(() => {
    const named = serviceOf(actions);
    return named === "*" ? "" : named;
  });
  const [keyword, setKeyword] = useState("");
  const catalogue = useCatalogue(useMemo(() => (service ? [service] : []), [service]));
  const product = catalogue.known.get(service);
  const everything = service === "*" ? "*" : `${service}:*`;
  const isEverything = (action: string) => action === everything || action === `name/${everything}`;
  return (
    <FormDialog open width="wide" title={text("chooseActions")} submit={words("confirm")} onSubmit={() => onChoose([...chosen])} onClose={onClose}>
      <SelectField
        label={text("product")}
        placeholder={text("chooseProduct")}
        value={service || undefined}
        onChange={(next) => {
          setService(next);
          setKeyword("");
        }}
        options={[
          { value: "*", label: text("everyProduct") },
          ...catalogue.products.map((known) => ({ value: known.Service, label: `${titled(known, language, known.Service)} (${known.Service})` })),
        ]}
      />
      {service && (
        <Checkbox
          checked={chosen.some(isEverything)}
          onChange={(on) => setChosen(on ? [...chosen, everything] : chosen.filter((action) => !isEverything(action)))}
        >
          {service === "*" ? text("everyAction") : text("everyActionOf", { product: service })} <code>{everything}</code>
        </Checkbox>
      )}
      {service && service !== "*" && (
        <>
          <SearchBox label={text("searchActions")} value={keyword} onChange={setKeyword} />
          {product ? <ActionGroups service={service} actions={product.Actions} keyword={keyword} chosen={chosen} onChange={setChosen} /> : <Skeleton />}
        </>
      )}
    </FormDialog>
  );
}

interface GroupsProps {
  service: string;
  actions: readonly CatalogueAction[];
  keyword: string;
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}

const groups = [
  ["read", "accessRead"],
  ["list", "accessList"],
  ["write", "accessWrite"],
  ["permission", "accessPermission"],
] as const;

function ActionGroups({ service, actions, keyword, chosen, onChange }: GroupsProps) {
  const wanted = keyword.trim().toLowerCase();
  const fits = (action: CatalogueAction) => [action.Name, action.Title, action.TitleZh].some((word) => word.toLowerCase().includes(wanted));
  const shown = actions.filter(fits);
  return (
    <div className="action-groups">
      {groups.map(([access, title]) => {
        const group = shown.filter((action) => action.Access === access);
        return group.length > 0 && <ActionGroup key={access} title={title} service={service} actions={group} chosen={chosen} onChange={onChange} />;
      })}
    </div>
  );
}

function ActionGroup({ title, service, actions, chosen, onChange }: Omit<GroupsProps, "keyword"> & { title: (typeof groups)[number][1] }) {
  const text = useText(editor);
  const language = useLanguage();
  // An action is chosen by its name, or covered by a pattern, which is changed in the card.
  const names = (action: CatalogueAction) => (other: string) => {
    const parsed = parseAction(other);
    return parsed?.service === service && parsed.name === action.Name;
  };
  const patterns = chosen.filter((action) => action.includes("*"));
  const isCovered = (action: CatalogueAction) => coversAction(patterns, service, action.Name);
  const free = actions.filter((action) => !isCovered(action));
  const ticked = free.filter((action) => chosen.some(names(action)));
  const operations = actions.filter((action) => action.Level !== "resource").length;
  const chosenText = text("chosenOf", { chosen: ticked.length + actions.length - free.length, all: actions.length });
  const mixed = operations > 0 && operations < actions.length;
  const setAll = (on: boolean) => {
    const rest = chosen.filter((other) => !free.some((action) => names(action)(other)));
    onChange(on ? [...rest, ...free.map((action) => `${service}:${action.Name}`)] : rest);
  };
  return (
    <fieldset className="action-group">
      <legend>
        {text(title)} <span className="ui-hint">{[chosenText, operations === actions.length && text("operationLevel")].filter(Boolean).join(" - ")}</span>
      </legend>
      <Checkbox
        checked={free.length > 0 && ticked.length === free.length}
        indeterminate={ticked.length > 0 && ticked.length < free.length}
        disabled={free.length === 0}
        onChange={setAll}
      >
        {text("allOfGroup")}
      </Checkbox>
      <ul className="action-list">
        {actions.map((action) => {
          const covered = isCovered(action);
          const on = chosen.some(names(action));
          return (
            <li key={action.Name}>
              <Checkbox
                checked={covered || on}
                disabled={covered}
                onChange={(now) => onChange(now ? [...chosen, `${service}:${action.Name}`] : chosen.filter((other) => !names(action)(other)))}
              >
                <code>{action.Name}</code>
                <span className="ui-hint">
                  {[titled(action, language, ""), covered && text("covered"), mixed && action.Level !== "resource" && text("operationLevel")].filter(Boolean).join(" - ")}
                </span>
              </Checkbox>
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}
