import { useAction } from "@/api";
import { useText } from "@/i18n";
import { Checkbox, PasswordField, RadioGroup } from "@/ui";
import { checkPassword, type PasswordRules } from "../sign-in/rules";
import { PasswordRuleList } from "../sign-in/steps";
import { detailText } from "./messages";

export interface PasswordChoice {
  kind: "auto" | "custom";
  password: string;
  mustChange: boolean;
}

export const generated: PasswordChoice = { kind: "auto", password: "", mustChange: true };

/** The account's rules of passwords; the default ones for who may not read them. hufu checks in any case. */
export function usePasswordRules(): PasswordRules {
  return useAction("cam", "GetPasswordRules", {}).data?.Rules ?? {};
}

export function isChosen(choice: PasswordChoice, rules: PasswordRules): boolean {
  return choice.kind === "auto" || checkPassword(choice.password, rules).every((rule) => rule.kept);
}

/** A password that is generated or chosen, and whether it has to be changed at the next sign-in. */
export function PasswordChooser({ value, onChange, rules }: { value: PasswordChoice; onChange: (choice: PasswordChoice) => void; rules: PasswordRules }) {
  const text = useText(detailText);
  return (
    <>
      <RadioGroup
        label={text("passwordKind")}
        value={value.kind}
        onChange={(kind) => onChange({ ...value, kind })}
        options={[
          { value: "auto", label: text("passwordAuto") },
          { value: "custom", label: text("passwordCustom") },
        ]}
      />
      {value.kind === "custom" && (
        <>
          <PasswordField label={text("password")} value={value.password} onChange={(password) => onChange({ ...value, password })} autoComplete="new-password" />
          <PasswordRuleList password={value.password} rules={rules} />
        </>
      )}
      <Checkbox checked={value.mustChange} onChange={(mustChange) => onChange({ ...value, mustChange })}>
        {text("mustChange")}
      </Checkbox>
    </>
  );
}
