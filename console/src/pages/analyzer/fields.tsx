import { useMemo } from "react";
import { useAction, useSession } from "@/api";
import { principalTypes, SuggestField, SuggestInput, type Pair, type PrincipalType, type Question } from "@/decision";
import { useCatalogue } from "@/editor/use-catalogue";
import { common, useLanguage, useText } from "@/i18n";
import { keysFor, titled } from "@/policy/catalogue";
import { Button, CloseIcon, SelectField, TextField, useDelayed } from "@/ui";
import { analyzerText } from "./messages";

interface PrincipalFieldsProps {
  question: Question;
  onChange: (part: Partial<Question>) => void;
  types?: readonly PrincipalType[];
}

/** Who a question is about: the kind, and then which one. */
export function PrincipalFields({ question, onChange, types = principalTypes }: PrincipalFieldsProps) {
  const text = useText(analyzerText);
  return (
    <>
      <SelectField<PrincipalType>
        label={text("principal")}
        value={question.type}
        onChange={(type) => onChange({ type, id: "" })}
        options={types.map((value) => ({ value, label: text(value) }))}
      />
      {question.type === "user" && <UserField value={question.id} onChange={(id) => onChange({ id })} />}
      {question.type === "role" && <RoleField value={question.id} onChange={(id) => onChange({ id })} />}
      {question.type === "key" && <TextField label={text("keyId")} value={question.id} onChange={(id) => onChange({ id: id.trim() })} />}
    </>
  );
}

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

function UserField({ value, onChange }: FieldProps) {
  const text = useText(analyzerText);
  const keyword = useDelayed(value.trim());
  const { data } = useAction("hufu", "SearchUsers", { Limit: 50, Sort: "Name", ...(keyword ? { Keyword: keyword } : {}) }, { keep: true });
  const found = data?.Users.find((user) => String(user.Uin) === value);
  return (
    <SuggestField
      label={text("user")}
      hint={found ? [found.Name, found.Remark].filter(Boolean).join(" - ") : text("userId")}
      value={value}
      onChange={(next) => onChange(next.trim())}
      suggestions={(data?.Users ?? []).map((user) => ({ value: String(user.Uin), label: user.Remark ? `${user.Name} - ${user.Remark}` : user.Name }))}
    />
  );
}

function RoleField({ value, onChange }: FieldProps) {
  const text = useText(analyzerText);
  const { data } = useAction("cam", "DescribeRoleList", { Page: 1, Rp: 200 });
  const found = data?.List.find((role) => role.RoleId === value || role.RoleName === value);
  return (
    <SuggestField
      label={text("role")}
      hint={found ? [found.RoleName, found.Description].filter(Boolean).join(" - ") : text("roleId")}
      value={value}
      onChange={(next) => onChange(next.trim())}
      suggestions={(data?.List ?? []).map((role) => ({ value: role.RoleName, label: role.Description || role.RoleId }))}
    />
  );
}

/** One of the services, or empty for all. */
export function ServiceField({ value, onChange }: FieldProps) {
  const text = useText(analyzerText);
  const language = useLanguage();
  const { products } = useCatalogue(useMemo(() => [], []));
  return (
    <SuggestField
      label={text("service")}
      hint={text("serviceHint")}
      value={value}
      onChange={onChange}
      suggestions={products.map((product) => ({ value: product.Service, label: titled(product, language, product.Service) }))}
    />
  );
}

interface RequestFieldsProps {
  question: Question;
  onChange: (part: Partial<Question>) => void;
  /** What is not said is left open, rather than missing. */
  open?: boolean;
}

/** What the request has for condition keys, and the tags of the resource. */
export function RequestFields({ question, onChange, open = false }: RequestFieldsProps) {
  const text = useText(analyzerText);
  const language = useLanguage();
  const service = question.action.split(":")[0] ?? "";
  const services = useMemo(() => (service ? [service] : []), [service]);
  const catalogue = useCatalogue(services);
  const keys = keysFor(catalogue, services).map((key) => ({ value: key.Key, label: titled(key, language, key.Key) }));
  return (
    <details className="analyzer-more" open={question.context.length + question.tags.length > 0}>
      <summary>{text("more")}</summary>
      <div className="ui-stack">
        <p className="ui-hint">{text(open ? "requestOpenHint" : "requestHint")}</p>
        <Pairs legend={text("request")} keyLabel="contextKey" valueLabel="contextValue" add={text("addContext")} pairs={question.context} onChange={(context) => onChange({ context })} suggestions={keys} />
        <Pairs legend={text("tags")} keyLabel="tagKey" valueLabel="tagValue" add={text("addTag")} pairs={question.tags} onChange={(tags) => onChange({ tags })} suggestions={[]} />
      </div>
    </details>
  );
}

interface PairsProps {
  legend: string;
  keyLabel: "contextKey" | "tagKey";
  valueLabel: "contextValue" | "tagValue";
  add: string;
  pairs: readonly Pair[];
  onChange: (pairs: readonly Pair[]) => void;
  suggestions: readonly { value: string; label?: string }[];
}

function Pairs({ legend, keyLabel, valueLabel, add, pairs, onChange, suggestions }: PairsProps) {
  const text = useText(analyzerText);
  const words = useText(common);
  const set = (at: number, pair: Pair) => onChange(pairs.map((old, index) => (index === at ? pair : old)));
  return (
    <fieldset className="analyzer-pairs">
      <legend>{legend}</legend>
      {pairs.map(([key, value], index) => (
        <div key={index} className="analyzer-pair">
          <SuggestInput label={text(keyLabel, { number: index + 1 })} value={key} onChange={(next) => set(index, [next, value])} suggestions={suggestions} />
          <SuggestInput label={text(valueLabel, { number: index + 1 })} value={value} onChange={(next) => set(index, [key, next])} suggestions={[]} />
          <Button kind="text" size="small" icon={<CloseIcon />} label={`${words("remove")} ${key || index + 1}`} onClick={() => onChange(pairs.filter((_, at) => at !== index))} />
        </div>
      ))}
      <div>
        <Button size="small" onClick={() => onChange([...pairs, ["", ""]])}>
          {add}
        </Button>
      </div>
    </fieldset>
  );
}

/** How hufu is asked about the principal of a question; undefined while it is not known. */
export function usePrincipal({ type, id }: Question): { PrincipalType: PrincipalType; PrincipalId: string } | undefined {
  const { data: session } = useSession();
  const known = type === "root" ? (session?.Account.Uin ?? "") : id;
  return useMemo(() => (known ? { PrincipalType: type, PrincipalId: known } : undefined), [type, known]);
}
