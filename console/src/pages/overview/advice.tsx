import { useAction, useSession } from "@/api";
import type { Advice as AdviceData, AdviceSubject } from "@/api/hufu.gen";
import { Permitted } from "@/decision";
import { useText } from "@/i18n";
import { Alert, Card, CheckCircleIcon, ErrorCircleIcon, Link, Tag } from "@/ui";
import { adviceText, overviewText } from "./messages";

/** What in the account should be looked at, as hufu finds it, and what is fine. */
export function Advice() {
  const text = useText(overviewText);
  const query = useAction("hufu", "DescribeSecurityAdvice", {});
  return (
    <Card title={text("advice")}>
      <Permitted query={query} permission="hufu:DescribeSecurityAdvice" lines={6}>
        {(data) => <Checklist advice={data.Advice} />}
      </Permitted>
    </Card>
  );
}

function Checklist({ advice }: { advice: readonly AdviceData[] }) {
  const text = useText(overviewText);
  const open = advice.filter((item) => item.Severity !== "ok");
  const fine = advice.filter((item) => item.Severity === "ok");
  return (
    <>
      {open.length === 0 ? <Alert kind="success">{text("adviceDone")}</Alert> : <p className="ui-page-description">{text("adviceOpen", { count: open.length })}</p>}
      <ul className="overview-advice">
        {open.map((item) => (
          <Item key={item.Code} advice={item} />
        ))}
      </ul>
      {fine.length > 0 && (
        <details className="overview-fine">
          <summary>{text("adviceFine", { count: fine.length })}</summary>
          <ul className="overview-advice">
            {fine.map((item) => (
              <Item key={item.Code} advice={item} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

const kinds = { high: "error", medium: "warning", low: "info", ok: "success" } as const;

/** Where what an advice is about is mended. */
const places: Record<string, string> = {
  RootAccessKey: "/keys",
  RootNoMfa: "/account/security",
  NoMfa: "/users",
  UnusedAccessKey: "/keys",
  OldAccessKey: "/keys",
  UnusedUser: "/users",
  AdministratorUsers: "/users",
  DirectPolicies: "/users",
  WeakPasswordRules: "/account?tab=rules",
  WildcardPolicy: "/policies",
};

function Item({ advice }: { advice: AdviceData }) {
  const text = useText(overviewText);
  const sentence = useText(adviceText);
  const severity = Object.hasOwn(kinds, advice.Severity) ? (advice.Severity as keyof typeof kinds) : "low";
  const done = severity === "ok";
  const key = done ? `${advice.Code}Ok` : advice.Code;
  const what = Object.hasOwn(adviceText, key) ? sentence(key as keyof typeof adviceText) : advice.Code;
  const place = places[advice.Code];
  return (
    <li>
      <span className={done ? "overview-ok" : "overview-open"} aria-hidden="true">
        {done ? <CheckCircleIcon /> : <ErrorCircleIcon />}
      </span>
      <div>
        <p>
          <Tag kind={kinds[severity]}>{text(severity)}</Tag> {what}{" "}
          {!done && place && (
            <Link to={place} label={`${text("goThere")}: ${what}`}>
              {text("goThere")}
            </Link>
          )}
        </p>
        {!done && <Subjects advice={advice} />}
      </div>
    </li>
  );
}

// A key is found by its id; the root account has no page among the users.
function subjectPath({ Uin: uin, AccessKeyId: key, PolicyId: policy }: AdviceSubject, root: string | undefined): string {
  if (policy > 0) return `/policies/${policy}`;
  if (key) return `/keys?keyword=${encodeURIComponent(key)}`;
  return String(uin) === root ? "/account/security" : `/users/${uin}`;
}

const shown = 5;

function Subjects({ advice: { Subjects: subjects, Count: count } }: { advice: AdviceData }) {
  const text = useText(overviewText);
  const { data: session } = useSession();
  const first = subjects.slice(0, shown);
  if (first.length === 0) return null;
  return (
    <ul className="overview-subjects">
      {first.map((subject) => (
        <li key={`${subject.Uin} ${subject.PolicyId} ${subject.AccessKeyId}`}>
          <Link to={subjectPath(subject, session?.Account.Uin)}>{subject.AccessKeyId ? `${subject.Name} ${subject.AccessKeyId.slice(0, 12)}…` : subject.Name || String(subject.Uin)}</Link>
        </li>
      ))}
      {count > first.length && <li>{text("andMore", { count: count - first.length })}</li>}
    </ul>
  );
}
