import { useId, useMemo } from "react";
import { useSession } from "@/api";
import { useCatalogue } from "@/editor/use-catalogue";
import { useLanguage } from "@/i18n";
import { titled } from "@/policy/catalogue";
import { Field, type FieldProps } from "@/ui";

interface SuggestProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  suggestions: readonly { value: string; label?: string }[];
}

/** A line of text with suggestions, of which none has to be taken. */
export function SuggestField({ value, onChange, placeholder, suggestions, ...field }: SuggestProps) {
  return (
    <Field {...field}>
      <SuggestInput value={value} onChange={onChange} suggestions={suggestions} {...(placeholder ? { placeholder } : {})} />
    </Field>
  );
}

export function SuggestInput({ value, onChange, placeholder, suggestions, label }: Omit<SuggestProps, keyof FieldProps> & { label?: string }) {
  const id = useId();
  return (
    <>
      <input className="ui-input decision-input" list={id} value={value} placeholder={placeholder} aria-label={label} autoComplete="off" spellCheck={false} onChange={(event) => onChange(event.target.value)} />
      <datalist id={id}>
        {suggestions.map((suggestion) => (
          <option key={suggestion.value} value={suggestion.value} label={suggestion.label} />
        ))}
      </datalist>
    </>
  );
}

type TextProps = FieldProps & { value: string; onChange: (value: string) => void; placeholder?: string };

function useProduct(action: string) {
  const service = action.includes(":") ? action.slice(0, action.indexOf(":")).toLowerCase() : "";
  const catalogue = useCatalogue(useMemo(() => (service ? [service] : []), [service]));
  return { service, products: catalogue.products, product: catalogue.known.get(service) };
}

/** An action, service:Name: products are suggested first, then the actions of the product. */
export function ActionField(props: TextProps) {
  const language = useLanguage();
  const { service, products, product } = useProduct(props.value);
  const suggestions = product
    ? product.Actions.map((action) => ({ value: `${service}:${action.Name}`, label: titled(action, language, action.Name) }))
    : products.map((known) => ({ value: `${known.Service}:`, label: titled(known, language, known.Service) }));
  return <SuggestField {...props} suggestions={suggestions} />;
}

/** A resource: the forms that the product of an action has are suggested, for the own account. */
export function ResourceField({ action, ...props }: TextProps & { action: string }) {
  const language = useLanguage();
  const { data: session } = useSession();
  const { product } = useProduct(action);
  const suggestions = (product?.ResourceTypes ?? []).map((type) => ({
    value: session ? type.Template.replaceAll(/\$\{(?:uin|account|ownerUin|owner_uin)\}/gi, session.Account.Uin) : type.Template,
    label: titled(type, language, type.Prefix),
  }));
  return <SuggestField {...props} suggestions={suggestions} />;
}
