import type { ChangedCall, HolderChanges, PreviewPolicyResponse, ReachChange } from "@/api/hufu.gen";
import { useAction } from "@/api";
import { useText } from "@/i18n";
import { Alert, Link, Loaded, Tag, Time } from "@/ui";
import { policies } from "./messages";
import "./policies.css";

const days = 7;

/** What would change for those who hold a policy if a document took the place of the version in force. */
export function Impact({ id, document }: { id: number; document: string }) {
  const text = useText(policies);
  const query = useAction("hufu", "PreviewPolicy", { PolicyId: id, PolicyDocument: document, Days: days });
  return (
    <section className="impact">
      <h3>{text("impact")}</h3>
      <p className="ui-hint">{text("impactText", { days })}</p>
      <Loaded query={query}>{(answer) => <Changes answer={answer} />}</Loaded>
    </section>
  );
}

function Changes({ answer }: { answer: PreviewPolicyResponse }) {
  const text = useText(policies);
  const changed = answer.Holders.filter((holder) => holder.Changes.length > 0 || holder.Redacted || holder.IsPartial);
  return (
    <>
      {answer.Holders.length === 0 && <Alert>{text("impactNobody")}</Alert>}
      {answer.Holders.length > 0 && changed.length === 0 && <Alert kind="success">{text("impactNone")}</Alert>}
      {changed.map((holder) => (
        <Holder key={`${holder.PrincipalType} ${holder.PrincipalId}`} holder={holder} />
      ))}
      {answer.HoldersTruncated && <p className="ui-hint">{text("impactTruncated")}</p>}
      {answer.Holders.length > 0 && <Calls answer={answer} />}
    </>
  );
}

function Holder({ holder }: { holder: HolderChanges }) {
  const text = useText(policies);
  const to = holder.PrincipalType === "role" ? `/roles/${holder.PrincipalId}` : `/users/${holder.PrincipalId}`;
  return (
    <div className="impact-holder">
      <div className="ui-row">
        <Tag>{text(holder.PrincipalType === "role" ? "entityRole" : "entityUser")}</Tag>
        <strong>
          <Link to={to}>{holder.Name}</Link>
        </strong>
        {holder.Holders > 1 && <span>{text("impactOthers", { count: holder.Holders - 1 })}</span>}
        {holder.Bounded && <Tag kind="info">{text("impactBounded")}</Tag>}
      </div>
      <ul>
        {holder.Changes.map((change, index) => (
          <li key={index}>
            <Change change={change} />
          </li>
        ))}
      </ul>
      {holder.IsPartial && <p className="ui-hint">{text("impactPartial")}</p>}
      {holder.Redacted && <p className="ui-hint">{text("impactRedacted")}</p>}
    </div>
  );
}

function Change({ change }: { change: ReachChange }) {
  const text = useText(policies);
  const direction = change.After === "allow" ? "gains" : change.Before === "allow" ? "loses" : "otherwise";
  const kind = { gains: "warning", loses: "error", otherwise: "default" } as const;
  const notes = [
    change.NoObject ? text("noObject") : change.Resource !== "*" && text("onResource", { resource: change.Resource }),
    change.Conditional && text("underConditions"),
    change.Facts.length > 0 && text("with", { list: change.Facts.map((fact) => `${fact.Key} = ${fact.Value}`).join(", ") }),
    change.Except.length > 0 && text("except", { list: change.Except.map((part) => `${part.Action} ${part.Resource}`).join(", ") }),
  ].filter(Boolean);
  return (
    <>
      <Tag kind={kind[direction]}>{text(direction)}</Tag> <code>{change.Action}</code> {notes.join(" - ")}
      {change.Actions.length > 0 && <span className="ui-hint">{change.Actions.join(", ")}</span>}
    </>
  );
}

function Calls({ answer }: { answer: PreviewPolicyResponse }) {
  const text = useText(policies);
  return (
    <div>
      {answer.Replayed === 0 ? (
        <p className="ui-hint">{text("noCalls", { days })}</p>
      ) : (
      <p>
        {text("callsLost", { count: answer.NewlyDenied })}, {text("callsGained", { count: answer.NewlyAllowed })}, {text("callsOf", { count: answer.Replayed })}.
      </p>
      )}
      {answer.IsTruncated && <p className="ui-hint">{text("callsTruncated")}</p>}
      {answer.Samples.length > 0 && (
        <ul className="impact-calls">
          {answer.Samples.map((sample) => (
            <li key={`${sample.RequestId} ${sample.Action} ${sample.Resource}`}>
              <Sample call={sample} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Sample({ call }: { call: ChangedCall }) {
  const text = useText(policies);
  const lost = call.Before === "allow";
  return (
    <>
      <Tag kind={lost ? "error" : "warning"}>{text(lost ? "loses" : "gains")}</Tag>
      <Time milliseconds={call.Time} />
      <code>{call.Action}</code>
      <code>{call.Resource}</code>
      <Link to={`/audit/${encodeURIComponent(call.RequestId)}`}>{call.PrincipalId}</Link>
    </>
  );
}
