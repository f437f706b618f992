import { useText } from "@/i18n";
import { DataTable, ErrorNotice, KeyValue, Stack, type Column } from "@/ui";
import type { Grants } from "../create-user/grants";
import { GrantsReview } from "../create-user/grants-review";
import { ResultingPolicies } from "../create-user/resulting";
import { Remaining } from "./check";
import type { Candidate, Corp } from "./draft";
import { importText } from "./messages";
import type { Preview } from "./preview";

/** Everything that was chosen, before it is done. */
export function ReviewStep({ corp, candidates, grants, preview, error }: { corp: Corp | undefined; candidates: readonly Candidate[]; grants: Grants; preview: Preview; error: unknown }) {
  const text = useText(importText);
  const columns: Column<Candidate>[] = [
    { key: "member", title: text("memberName"), width: 140, render: (candidate) => candidate.member },
    { key: "userid", title: text("userid"), width: 140, render: (candidate) => candidate.userId },
    { key: "name", title: text("userName"), width: 140, render: (candidate) => candidate.name },
    { key: "departments", title: text("departments"), width: 160, render: (candidate) => candidate.departments },
  ];
  return (
    <Stack>
      <Remaining preview={preview} count={candidates.length} />
      <KeyValue
        items={[
          { name: text("corp"), value: corp ? corp.Name || corp.CorpId : "" },
          { name: text("reviewUsers"), value: candidates.length },
          { name: text("consoleLogin"), value: text("byWeCom") },
        ]}
      />
      <div className="import-review">
        <DataTable plain label={text("reviewUsers")} columns={columns} rows={candidates} rowKey={(candidate) => candidate.userId} />
      </div>
      <h2>{text("stepPermissions")}</h2>
      <GrantsReview grants={grants} />
      <ResultingPolicies grants={grants} policies={preview.answer?.Policies} error={preview.error} onRetry={preview.retry} />
      <ErrorNotice error={error} />
    </Stack>
  );
}
