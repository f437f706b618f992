import { useState } from "react";
import { common, useText } from "@/i18n";
import { Alert, Button, CellInput, CloseIcon, DataTable, ErrorNotice, Stack, type Column } from "@/ui";
import { createText } from "../create-user/messages";
import { checkProfiles, type ProfileField } from "../create-user/rows";
import type { Candidate } from "./draft";
import { importText } from "./messages";
import type { Preview } from "./preview";

interface CheckProps {
  value: Candidate[];
  onChange: (candidates: Candidate[]) => void;
  preview: Preview;
}

/** What stands against each member, by userid and field: what the browser sees at once, and what hufu says. */
export function useProblems(candidates: readonly Candidate[], preview: Preview): ReadonlyMap<string, Partial<Record<ProfileField, string>>> {
  const text = useText(importText);
  const sentences = useText(createText);
  const found = new Map<string, Partial<Record<ProfileField, string>>>();
  const results = new Map(preview.answer?.Results.map((result) => [result.UserId, result]));
  for (const [index, problems] of checkProfiles(candidates).entries()) {
    const candidate = candidates[index];
    if (!candidate) continue;
    const said = Object.fromEntries(Object.entries(problems).map(([field, problem]) => [field, sentences(problem)])) as Partial<Record<ProfileField, string>>;
    const result = results.get(candidate.userId);
    if (!said.name && result && result.Outcome !== "pending") said.name = result.Outcome === "already_imported" ? text("alreadyImported") : result.Message || result.Outcome;
    if (Object.keys(said).length > 0) found.set(candidate.userId, said);
  }
  return found;
}

/** What each user is to be called, and what is noted about it. */
export function CheckStep({ value, onChange, preview }: CheckProps) {
  const text = useText(importText);
  const problems = useProblems(value, preview);
  const columns = useColumns(value, onChange, problems);
  // Rows of hundreds of inputs are shown in pages.
  const [at, setAt] = useState({ page: 1, size: 50 });
  const page = Math.min(at.page, Math.max(1, Math.ceil(value.length / at.size)));
  const rows = value.slice((page - 1) * at.size, page * at.size);
  return (
    <Stack>
      <p className="ui-page-description">{text("checkText")}</p>
      <Remaining preview={preview} count={value.length} />
      <ErrorNotice error={preview.error} onRetry={preview.retry} />
      {problems.size > 0 && (
        <Alert
          kind="warning"
          title={text("problems", { count: problems.size })}
          actions={
            <Button size="small" onClick={() => onChange(value.filter((candidate) => !problems.has(candidate.userId)))}>
              {text("dropProblems")}
            </Button>
          }
        >
          {text("problemsText")}
        </Alert>
      )}
      <DataTable
        plain
        label={text("stepCheck")}
        columns={columns}
        rows={rows}
        rowKey={(candidate) => candidate.userId}
        {...(value.length > at.size ? { paging: { page, size: at.size, total: value.length, onChange: (next: number, size: number) => setAt({ page: next, size }) } } : {})}
      />
    </Stack>
  );
}

function useColumns(value: Candidate[], onChange: (candidates: Candidate[]) => void, problems: ReturnType<typeof useProblems>): Column<Candidate>[] {
  const text = useText(importText);
  const words = useText(common);
  const set = (userId: string, field: ProfileField, entered: string) =>
    onChange(value.map((candidate) => (candidate.userId === userId ? { ...candidate, [field]: entered } : candidate)));
  const input = (field: ProfileField, title: string, width: number): Column<Candidate> => ({
    key: field,
    title,
    width,
    render: (candidate) => (
      <CellInput
        label={text("cell", { field: title, name: candidate.member })}
        value={candidate[field]}
        onChange={(entered) => set(candidate.userId, field, entered)}
        error={problems.get(candidate.userId)?.[field]}
      />
    ),
  });
  return [
    {
      key: "member",
      title: text("memberName"),
      width: 130,
      render: (candidate) => (
        <>
          {candidate.member}
          {candidate.member !== candidate.userId && <span className="ui-hint">{candidate.userId}</span>}
          {candidate.departments && <span className="ui-hint">{candidate.departments}</span>}
        </>
      ),
    },
    input("name", `${text("userName")} *`, 160),
    input("remark", words("remark"), 130),
    input("country", text("country"), 110),
    input("phone", text("phone"), 140),
    input("email", text("email"), 150),
    {
      key: "remove",
      title: words("operation"),
      width: 60,
      render: (candidate) => (
        <Button
          kind="text"
          size="small"
          icon={<CloseIcon />}
          label={text("deselect", { name: candidate.member })}
          onClick={() => onChange(value.filter((other) => other.userId !== candidate.userId))}
        />
      ),
    },
  ];
}

/** How many users an account that is not verified may still make. */
export function Remaining({ preview, count }: { preview: Preview; count: number }) {
  const text = useText(importText);
  const left = preview.answer?.RemainingToday;
  if (left === undefined || left === null) return null;
  return (
    <Alert kind={left < count ? "warning" : "info"}>
      {text("remaining", { count: left })} {left < count && text("tooMany")}
    </Alert>
  );
}
