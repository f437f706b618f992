import { useRef, useState, type ReactNode } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useAction, useChange } from "@/api";
import { common, useText } from "@/i18n";
import { Alert, Button, Card, Empty, LinkButton, Loaded, Page, SelectField, Stack, Wizard } from "@/ui";
import { GrantsEditor, noGrants, type Grants } from "../create-user/grants";
import { ResultingPolicies } from "../create-user/resulting";
import { CheckStep, useProblems } from "./check";
import { candidateAgain, isDone, isPending, newKey, requestOf, type Candidate, type Corp, type ImportRequest, type Result } from "./draft";
import { ChooseMembers } from "./members";
import { importText } from "./messages";
import { usePreview, type Preview } from "./preview";
import { ImportProgress } from "./progress";
import { ReviewStep } from "./review";

/** Create User > WeCom Import. Which import runs is in the address, so that a reload finds it again. */
export default function WeComImport() {
  const text = useText(importText);
  const words = useText(common);
  const corps = useAction("hufu", "ListWeComCorps", {});
  return (
    <Page title={text("title")} description={text("intro")} crumbs={[{ label: words("users"), to: "/users" }, { label: text("selectType"), to: "/users/create" }]}>
      <Loaded query={corps} lines={8}>
        {({ Corps }) =>
          Corps.length === 0 ? (
            <Card>
              <Empty
                title={text("none")}
                action={
                  <LinkButton to="/account?tab=wecom" kind="primary">
                    {text("link")}
                  </LinkButton>
                }
              >
                {text("noneText")}
              </Empty>
            </Card>
          ) : (
            <ImportWizard corps={Corps} />
          )
        }
      </Loaded>
    </Page>
  );
}

/** What is entered so far, and how it goes from step to step. */
function useWizard(corps: readonly Corp[]) {
  const [params, setParams] = useSearchParams();
  const linked = corps.filter((corp) => corp.State !== "unlinked");
  const corpId = params.get("corp") ?? (linked.length === 1 ? (linked[0]?.CorpId ?? "") : "");
  const importId = params.get("import");
  const [step, setStep] = useState(0);
  const [candidates, setCandidates] = useState<Candidate[]>([]);
  const [grants, setGrants] = useState<Grants>(noGrants);
  const sent = useRef<{ key: string; request: string }>(undefined);
  const preview = usePreview(corpId, candidates, grants, importId !== null);
  const begin = useChange("hufu", "ImportWeComMembers", { touches: ["hufu.DescribeWeComImport"], onSuccess: ({ ImportId }) => setParams({ corp: corpId, import: ImportId }) });
  // The same request has the same key, however often it is sent: one that was lost on its way is not done twice.
  const complete = () => {
    const request: ImportRequest = requestOf(corpId, candidates, grants);
    const written = JSON.stringify(request);
    if (sent.current?.request !== written) sent.current = { key: newKey(), request: written };
    begin.mutate({ ...request, IdempotencyKey: sent.current.key });
  };
  const chooseCorp = (next: string) => {
    setParams({ corp: next }, { replace: true });
    setCandidates([]);
  };
  const startAgain = (again: Candidate[], at: number) => {
    sent.current = undefined;
    setCandidates(again);
    setParams({ corp: corpId });
    setStep(at);
  };
  /** Those that were not imported are checked and sent again, with what is still known of them. */
  const retry = (results: readonly Result[]) =>
    startAgain(
      results.map((result) => candidates.find((candidate) => candidate.userId === result.UserId) ?? candidateAgain(result)),
      1,
    );
  const goOn = (left: readonly Result[]) => (sent.current ? complete() : retry(left));
  return { corps, linked, corpId, importId, step, setStep, candidates, setCandidates, grants, setGrants, preview, begin, complete, chooseCorp, startAgain, retry, goOn };
}

type WizardState = ReturnType<typeof useWizard>;

function useSteps(): string[] {
  const text = useText(importText);
  return [text("stepMembers"), text("stepCheck"), text("stepPermissions"), text("stepReview"), text("stepComplete")];
}

function ImportWizard({ corps }: { corps: readonly Corp[] }) {
  const wizard = useWizard(corps);
  const steps = useSteps();
  const { importId, step, candidates, grants, preview } = wizard;
  if (importId) return <Running wizard={wizard} importId={importId} />;
  const contents: ReactNode[] = [
    <MembersStep key="members" wizard={wizard} />,
    <CheckStep key="check" value={candidates} onChange={wizard.setCandidates} preview={preview} />,
    <PermissionsStep key="permissions" grants={grants} onChange={wizard.setGrants} preview={preview} />,
    <ReviewStep key="review" corp={corps.find((corp) => corp.CorpId === wizard.corpId)} candidates={candidates} grants={grants} preview={preview} error={wizard.begin.error} />,
  ];
  return (
    <Wizard steps={steps} current={step} footer={<Footer wizard={wizard} />}>
      {contents[step]}
    </Wizard>
  );
}

function MembersStep({ wizard: { corps, corpId, candidates, setCandidates, chooseCorp } }: { wizard: WizardState }) {
  const text = useText(importText);
  const nameOf = (corp: Corp) => corp.Name || corp.CorpId;
  const chosen = corps.find((corp) => corp.CorpId === corpId);
  return (
    <Stack>
      <div className="ui-form">
        <SelectField
          label={text("corp")}
          placeholder={text("chooseCorp")}
          value={corpId || undefined}
          onChange={chooseCorp}
          options={corps.map((corp) => ({
            value: corp.CorpId,
            label: corp.State === "unlinked" ? text("corpUnlinked", { name: nameOf(corp) }) : nameOf(corp),
            disabled: corp.State === "unlinked",
          }))}
        />
      </div>
      {chosen?.Syncing && <Alert>{text("syncing")}</Alert>}
      {chosen && chosen.State !== "unlinked" && <ChooseMembers key={corpId} corpId={corpId} value={candidates} onChange={setCandidates} />}
    </Stack>
  );
}

function PermissionsStep({ grants, onChange, preview }: { grants: Grants; onChange: (grants: Grants) => void; preview: Preview }) {
  const text = useText(importText);
  return (
    <Stack>
      <p className="ui-page-description">{text("permissionsText")}</p>
      <GrantsEditor value={grants} onChange={onChange} />
      <ResultingPolicies grants={grants} policies={preview.answer?.Policies} error={preview.error} onRetry={preview.retry} />
    </Stack>
  );
}

function Footer({ wizard: { step, setStep, candidates, preview, begin, complete } }: { wizard: WizardState }) {
  const text = useText(importText);
  const words = useText(common);
  const navigate = useNavigate();
  const problems = useProblems(candidates, preview);
  // What hufu has not looked at as it is now does not go on.
  const checked = preview.settled && !preview.error && problems.size === 0;
  const ready = candidates.length > 0 && (step === 0 || checked);
  return (
    <>
      <Button disabled={begin.isPending} onClick={() => (step === 0 ? void navigate("/users/create") : setStep(step - 1))}>
        {words("previous")}
      </Button>
      {step < 3 ? (
        <Button kind="primary" disabled={!ready} onClick={() => setStep(step + 1)}>
          {words("next")}
        </Button>
      ) : (
        <Button kind="primary" disabled={!ready} busy={begin.isPending} onClick={complete}>
          {text(begin.error ? "retrySend" : "complete")}
        </Button>
      )}
    </>
  );
}

function Running({ wizard, importId }: { wizard: WizardState; importId: string }) {
  const text = useText(importText);
  const steps = useSteps();
  const [over, setOver] = useState(false);
  const query = useAction("hufu", "DescribeWeComImport", { ImportId: importId }, { every: over ? false : 1000 });
  const progress = query.data;
  const ended = progress !== undefined && progress.State !== "running";
  if (ended !== over) setOver(ended);
  const failed = progress?.Results.filter((result) => !isDone(result) && !isPending(result)) ?? [];
  const footer = ended && (
    <>
      <LinkButton to="/users" kind="primary">
        {text("toUsers")}
      </LinkButton>
      {progress.State === "done" && failed.length > 0 && <Button onClick={() => wizard.retry(failed)}>{text("retryFailed")}</Button>}
      <Button onClick={() => wizard.startAgain([], 0)}>{text("importMore")}</Button>
    </>
  );
  return (
    <Wizard steps={steps} current={ended ? steps.length : steps.length - 1} footer={footer}>
      <Loaded query={query}>{(data) => <ImportProgress progress={data} onGoOn={wizard.goOn} error={wizard.begin.error} />}</Loaded>
    </Wizard>
  );
}
