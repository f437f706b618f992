import { useRef } from "react";
import { common, useText } from "@/i18n";
import { AddIcon, Button, CellInput, Checkbox, CloseIcon, DataTable, Stack, type Column } from "@/ui";
import { PasswordChooser, usePasswordRules, type PasswordChoice } from "../users/password-choice";
import { createText } from "./messages";
import { checkProfiles, emptyProfile, type Profile, type ProfileField } from "./rows";

export interface Info {
  rows: Profile[];
  console: boolean;
  api: boolean;
  password: PasswordChoice;
}

const most = 10;

/** Who the users are, and how they are to come in. */
export function InfoStep({ value, onChange }: { value: Info; onChange: (info: Info) => void }) {
  const text = useText(createText);
  const rules = usePasswordRules();
  return (
    <Stack>
      <ProfileRows rows={value.rows} onChange={(rows) => onChange({ ...value, rows })} />
      <h2>{text("access")}</h2>
      <div className="ui-form">
        <Checkbox checked={value.console} onChange={(console) => onChange({ ...value, console })}>
          {text("consoleAccess")}
          <span className="ui-hint">{text("consoleAccessHint")}</span>
        </Checkbox>
        {value.console && <PasswordChooser value={value.password} onChange={(password) => onChange({ ...value, password })} rules={rules} />}
        <Checkbox checked={value.api} onChange={(api) => onChange({ ...value, api })}>
          {text("apiAccess")}
          <span className="ui-hint">{text("apiAccessHint")}</span>
        </Checkbox>
        {!value.console && !value.api && <p className="ui-hint">{text("accessMissing")}</p>}
      </div>
    </Stack>
  );
}

interface Cell {
  number: number;
  profile: Profile;
  problems: Partial<Record<ProfileField, keyof typeof createText>>;
}

function ProfileRows({ rows, onChange }: { rows: Profile[]; onChange: (rows: Profile[]) => void }) {
  const text = useText(createText);
  const columns = useColumns(rows, onChange);
  const problems = checkProfiles(rows);
  return (
    <>
      <DataTable
        plain
        label={text("usersOf")}
        columns={columns}
        rows={rows.map((profile, number): Cell => ({ number, profile, problems: problems[number] ?? {} }))}
        rowKey={({ number }) => String(number)}
      />
      <p className="ui-hint">{text("nameHint")}</p>
      <div className="ui-row">
        <Button icon={<AddIcon />} disabled={rows.length >= most} onClick={() => onChange([...rows, emptyProfile])}>
          {text("addRow")}
        </Button>
        <span className="ui-hint">{text("rowsLeft")}</span>
      </div>
    </>
  );
}

function useColumns(rows: Profile[], onChange: (rows: Profile[]) => void): Column<Cell>[] {
  const text = useText(createText);
  const words = useText(common);
  // What was left alone is not called wrong yet.
  const touched = useRef(new Set<string>());
  const set = (number: number, field: ProfileField, value: string) => {
    touched.current.add(`${number} ${field}`);
    onChange(rows.map((row, index) => (index === number ? { ...row, [field]: value } : row)));
  };
  const remove = (number: number) => {
    touched.current.clear();
    onChange(rows.filter((_, index) => index !== number));
  };
  const input = (field: ProfileField, title: string, width: number): Column<Cell> => ({
    key: field,
    title,
    width,
    render: ({ number, profile, problems }) => {
      const problem = touched.current.has(`${number} ${field}`) ? problems[field] : undefined;
      return (
        <CellInput
          label={text("row", { field: title, number: number + 1 })}
          value={profile[field]}
          onChange={(value) => set(number, field, value)}
          error={problem ? text(problem) : undefined}
        />
      );
    },
  });
  return [
    input("name", `${text("userName")} *`, 180),
    input("remark", words("remark"), 160),
    input("country", text("country"), 110),
    input("phone", text("phone"), 150),
    input("email", text("email"), 180),
    {
      key: "remove",
      title: words("operation"),
      width: 80,
      render: ({ number }) => (
        <Button kind="text" size="small" icon={<CloseIcon />} label={text("removeRow", { number: number + 1 })} disabled={rows.length === 1} onClick={() => remove(number)} />
      ),
    },
  ];
}
