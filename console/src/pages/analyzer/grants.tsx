import type { Grant, OpenCondition } from "@/api/hufu.gen";
import { useText } from "@/i18n";
import { Link, Tag } from "@/ui";
import { analyzerText } from "./messages";

/** The statements that allow something, and how somebody comes by them. */
export function Grants({ grants, redacted = false }: { grants: readonly Grant[]; redacted?: boolean }) {
  const text = useText(analyzerText);
  return (
    <ul className="analyzer-list">
      {grants.map((grant) => (
        <li key={`${grant.Layer} ${grant.PolicyId} ${grant.Statement}`}>
          {grant.PolicyId > 0 ? <Link to={`/policies/${grant.PolicyId}`}>{grant.PolicyName}</Link> : text("ofResource")}{" "}
          <span className="ui-hint">
            {[
              text("statement", { statement: grant.Statement }),
              grant.Direct && grant.PolicyId > 0 && text("direct"),
              ...grant.Groups.map((group) => text("viaGroup", { name: group.GroupName })),
            ]
              .filter(Boolean)
              .join(text("comma"))}
          </span>
        </li>
      ))}
      {redacted && <li className="ui-hint">{text("redacted")}</li>}
    </ul>
  );
}

/** Whether something holds always, or what it depends on. */
export function Conditions({ conditional, conditions }: { conditional: boolean; conditions: readonly OpenCondition[] }) {
  const text = useText(analyzerText);
  if (!conditional) return <Tag kind="success">{text("always")}</Tag>;
  return (
    <>
      <Tag kind="warning">{text("conditional")}</Tag>
      <ul className="analyzer-list">
        {conditions.map((condition) => (
          <li key={`${condition.Effect} ${condition.Operator} ${condition.Key} ${condition.Values.join()}`}>
            <code>
              {condition.Effect} {condition.Operator} {condition.Key} {condition.Values.join(", ")}
            </code>
          </li>
        ))}
      </ul>
    </>
  );
}
