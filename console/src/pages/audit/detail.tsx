import { useParams, useSearchParams } from "react-router";
import { useAction, type Out } from "@/api";
import { DecisionPath, Permitted, questionOf, questionPath, Remedy, Verdict, type Question } from "@/decision";
import { useText } from "@/i18n";
import { format } from "@/policy/json";
import { Card, Code, CopyText, Empty, KeyValue, LinkButton, Page, Time } from "@/ui";
import { auditText } from "./messages";
import { Caller, Outcome } from "./table";

type Described = Out<"hufu", "DescribeDecision">;

/** A call in the audit trail, and why it was decided as it was. */
export default function AuditDetail() {
  const text = useText(auditText);
  const { requestId = "" } = useParams();
  const [params] = useSearchParams();
  const time = Number(params.get("time") ?? "") || 0;
  const query = useAction("hufu", "DescribeDecision", { RequestId: requestId, ...(time > 0 ? { Time: time } : {}) });
  const question = query.data && questionOf(query.data.Call, query.data.Parameters);
  const missing = query.error?.code === "ResourceNotFound.RequestNotExist";
  return (
    <Page
      title={query.data?.Call.Action ?? text("detailTitle", { id: requestId })}
      crumbs={[{ label: text("title"), to: "/audit" }]}
      actions={question && <LinkButton to={questionPath(question)}>{text("askAgain")}</LinkButton>}
    >
      {missing ? (
        <Card>
          <Empty title={text("detailTitle", { id: requestId })}>{text("notFound")}</Empty>
        </Card>
      ) : (
        <Permitted card query={query} permission="hufu:DescribeDecision" lines={10}>
          {(described) => <Described described={described} />}
        </Permitted>
      )}
    </Page>
  );
}

function Described({ described }: { described: Described }) {
  const text = useText(auditText);
  const denied = described.Layers.length > 0;
  return (
    <>
      <Verdict decision={described} />
      {described.Remedy && <RemedyCard remedy={described.Remedy} />}
      <Card title={text("decision")}>
        {denied ? (
          <>
            <p className="ui-hint">{text("then")}</p>
            <DecisionPath decision={described} />
          </>
        ) : (
          <p>{text(described.Effect === "none" ? "decisionNone" : "decisionAllowed")}</p>
        )}
      </Card>
      <TheCall described={described} />
      <Card title={text("parameters")}>
        <p className="ui-hint">{text("parametersText")}</p>
        <Code>{format(described.Parameters || "{}")}</Code>
      </Card>
    </>
  );
}

function RemedyCard({ remedy }: { remedy: NonNullable<Described["Remedy"]> }) {
  const text = useText(auditText);
  return (
    <Card title={text("remedy")}>
      <Remedy remedy={remedy} />
    </Card>
  );
}

/** The name of the caller: records of sub-users hold none. */
function useCallerName({ CallerType: type, CallerId: id, CallerName: recorded }: Described["Call"]): string {
  const users = useAction("hufu", "SearchUsers", { Keyword: id, Limit: 1 }, { enabled: type === "user" && recorded === "" });
  return recorded || (users.data?.Users.find((user) => String(user.Uin) === id)?.Name ?? "");
}

function TheCall({ described }: { described: Described }) {
  const text = useText(auditText);
  const { Call: call } = described;
  const name = useCallerName(call);
  const about = call.Action === "hufu:Evaluate" ? questionOf(call, described.Parameters) : undefined;
  return (
    <Card
      title={text("call")}
      actions={
        <>
          <LinkButton to={`/audit?range=7d&callerType=${call.CallerType}&caller=${encodeURIComponent(call.CallerId)}`}>{text("sameCaller")}</LinkButton>
          <LinkButton to={`/audit?range=7d&action=${encodeURIComponent(call.Action)}`}>{text("sameAction")}</LinkButton>
        </>
      }
    >
      <KeyValue
        items={[
          { name: text("requestId"), value: <CopyText value={call.RequestId} /> },
          { name: text("time"), value: <Time milliseconds={call.Time} /> },
          { name: text("action"), value: <code>{call.Action}</code> },
          { name: text("outcome"), value: <Outcome outcome={call.Outcome} effect={described.Effect} /> },
          { name: text("caller"), value: <Caller type={call.CallerType} id={call.CallerId} name={name} /> },
          { name: text("callerId"), value: call.CallerId !== "0" && <CopyText value={call.CallerId} /> },
          ...(about ? [{ name: text("about"), value: <About question={about} /> }] : []),
          { name: text("secretId"), value: call.SecretId && <code>{call.SecretId}</code> },
          { name: text("ip"), value: call.Ip },
          { name: text("client"), value: described.Client },
          { name: text("door"), value: call.Door },
          { name: text("region"), value: call.Region },
          { name: text("duration"), value: text("ms", { count: described.DurationMs }) },
          { name: text("resources"), value: call.Resources.length > 0 && <ResourceList resources={call.Resources} /> },
        ]}
      />
    </Card>
  );
}

// Whom and what a service asked about, where that is another than who called.
function About({ question }: { question: Question }) {
  return (
    <>
      <Caller type={question.type} id={question.id} name="" />
      <code>{question.action}</code>
    </>
  );
}

function ResourceList({ resources }: { resources: readonly string[] }) {
  return (
    <ul className="audit-resources">
      {resources.map((resource) => (
        <li key={resource}>
          <code>{resource}</code>
        </li>
      ))}
    </ul>
  );
}
