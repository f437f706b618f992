import { useState } from "react";
import { useNavigate } from "react-router";
import { common, useText } from "@/i18n";
import { Button, KeyValue, LinkButton, Page, Stack, Wizard } from "@/ui";
import { generated, isChosen, usePasswordRules } from "../users/password-choice";
import { createUsers, type Made } from "./create";
import { GrantsEditor, noGrants, type Grants } from "./grants";
import { GrantsReview } from "./grants-review";
import { InfoStep, type Info } from "./info";
import { createText } from "./messages";
import { ResultingPolicies, useResultingPolicies } from "./resulting";
import { ResultStep } from "./result";
import { checkProfiles, emptyProfile } from "./rows";

const firstInfo: Info = { rows: [emptyProfile], console: true, api: false, password: generated };

/** Create User > Custom: who they are, what they may do, a look at all of it, and what became of it. */
export default function CreateCustom() {
  const text = useText(createText);
  const words = useText(common);
  const [step, setStep] = useState(0);
  const [info, setInfo] = useState<Info>(firstInfo);
  const [grants, setGrants] = useState<Grants>(noGrants);
  const [made, setMade] = useState<readonly Made[]>();
  const steps = [text("stepInfo"), text("stepPermissions"), text("stepReview"), text("stepResult")];
  const begin = async () => {
    setMade([]);
    setStep(3);
    await createUsers(info, grants, setMade);
  };
  const correct = () => {
    const failed = new Set(made?.flatMap((one) => (one.state === "failed" ? [one.profile] : [])));
    setInfo({ ...info, rows: info.rows.filter((row) => failed.has(row)) });
    setMade(undefined);
    setStep(0);
  };
  const again = () => {
    setInfo(firstInfo);
    setMade(undefined);
    setStep(0);
  };
  return (
    <Page title={text("customTitle")} crumbs={[{ label: words("users"), to: "/users" }, { label: text("selectType"), to: "/users/create" }]}>
      <Wizard
        steps={steps}
        current={step}
        footer={<Footer step={step} info={info} made={made} go={setStep} begin={() => void begin()} correct={correct} again={again} />}
      >
        {step === 0 && <InfoStep value={info} onChange={setInfo} />}
        {step === 1 && <PermissionsStep value={grants} onChange={setGrants} />}
        {step === 2 && <Review info={info} grants={grants} />}
        {step === 3 && made && <ResultStep made={made} total={info.rows.length} console={info.console} />}
      </Wizard>
    </Page>
  );
}

function PermissionsStep({ value, onChange }: { value: Grants; onChange: (grants: Grants) => void }) {
  const { policies, error, refetch } = useResultingPolicies(value);
  return (
    <Stack>
      <GrantsEditor value={value} onChange={onChange} />
      <ResultingPolicies grants={value} policies={policies} error={error} onRetry={refetch} />
    </Stack>
  );
}

function Review({ info, grants }: { info: Info; grants: Grants }) {
  const text = useText(createText);
  const words = useText(common);
  const { policies, error, refetch } = useResultingPolicies(grants);
  const password = [text(info.password.kind === "auto" ? "passwordAutoText" : "passwordCustomText"), info.password.mustChange ? text("mustChange") : ""];
  return (
    <Stack>
      <h2>{text("stepInfo")}</h2>
      <KeyValue
        items={[
          { name: text("usersOf"), value: info.rows.map((row) => row.name.trim()).join(", ") },
          { name: text("consoleAccess"), value: words(info.console ? "yes" : "no") },
          ...(info.console ? [{ name: text("password"), value: password.filter(Boolean).join("; ") }] : []),
          { name: text("apiAccess"), value: words(info.api ? "yes" : "no") },
        ]}
      />
      <h2>{text("stepPermissions")}</h2>
      <GrantsReview grants={grants} />
      <ResultingPolicies grants={grants} policies={policies} error={error} onRetry={refetch} />
    </Stack>
  );
}

interface FooterProps {
  step: number;
  info: Info;
  made: readonly Made[] | undefined;
  go: (step: number) => void;
  begin: () => void;
  correct: () => void;
  again: () => void;
}

function Footer({ step, info, made, go, begin, correct, again }: FooterProps) {
  const text = useText(createText);
  const words = useText(common);
  const navigate = useNavigate();
  const rules = usePasswordRules();
  if (step === 3) {
    if (!made || made.length < info.rows.length) return null;
    return (
      <>
        <LinkButton to="/users" kind="primary">
          {text("toUsers")}
        </LinkButton>
        {made.some((one) => one.state === "failed") && <Button onClick={correct}>{text("correct")}</Button>}
        <Button onClick={again}>{text("createMore")}</Button>
      </>
    );
  }
  const wrong = checkProfiles(info.rows).some((problems) => Object.keys(problems).length > 0) || (info.console && !isChosen(info.password, rules));
  return (
    <>
      <Button onClick={() => (step === 0 ? void navigate("/users/create") : go(step - 1))}>{words("previous")}</Button>
      {step < 2 ? (
        <Button kind="primary" disabled={wrong} onClick={() => go(step + 1)}>
          {words("next")}
        </Button>
      ) : (
        <Button kind="primary" onClick={begin}>
          {text("createAction", { count: info.rows.length })}
        </Button>
      )}
    </>
  );
}
