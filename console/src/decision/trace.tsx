import { useState } from "react";
import { useAction } from "@/api";
import type { ConditionTrace, LayerTrace, PolicyRef, StatementRef, StatementTrace } from "@/api/hufu.gen";
import { common, useText, type Text } from "@/i18n";
import { Alert, Button, Code, ErrorNotice, Link, Skeleton, Tag } from "@/ui";
import "./decision.css";
import { layerName, layerPurpose, verdict } from "./layers";
import { decisionText } from "./messages";
import { statementText } from "./statement";

interface Decision {
  Effect: string;
  Layer: string;
  Statement: StatementRef | null;
  Layers: readonly LayerTrace[];
}

/** What was decided, and by what. */
export function Verdict({ decision }: { decision: Omit<Decision, "Layers"> }) {
  const text = useText(decisionText);
  const { title, kind } = verdict(text, decision.Effect);
  const layer = layerName(text, decision.Layer);
  const asked = decision.Effect !== "none" && decision.Layer !== "" && decision.Layer !== "none";
  return (
    <Alert kind={kind} title={title}>
      {asked && (
        <p>
          {text(decision.Effect === "implicit_deny" ? "lacksIn" : "decidedBy", { layer })} {decision.Statement && <StatementName of={decision.Statement} />}
        </p>
      )}
    </Alert>
  );
}

/** Every layer of policies in the order in which it is asked, with what its statements said. */
export function DecisionPath({ decision }: { decision: Decision }) {
  const text = useText(decisionText);
  return (
    <ol className="decision-path" aria-label={text("path")}>
      {decision.Layers.map((layer) => (
        <Layer key={`${layer.Layer} ${layer.Level}`} layer={layer} decision={decision} />
      ))}
    </ol>
  );
}

function Layer({ layer, decision }: { layer: LayerTrace; decision: Decision }) {
  const text = useText(decisionText);
  const denied = decision.Effect === "explicit_deny" || decision.Effect === "implicit_deny";
  const here = decision.Layer === layer.Layer;
  const said = layerSays(text, layer);
  const empty = layer.Statements.length === 0 && layer.Broken.length === 0 && !layer.Redacted;
  return (
    <li className={here ? (denied ? "decision-layer decision-layer-denied" : "decision-layer decision-layer-allowed") : "decision-layer"}>
      <div className="ui-row">
        <h3>{layerName(text, layer.Layer, layer.Level)}</h3>
        <Tag kind={said.kind}>{said.word}</Tag>
        {here && <Tag kind={denied ? "error" : "success"}>{text("decided")}</Tag>}
      </div>
      <p className="ui-hint">
        {layerPurpose(text, layer.Layer)} {skippedWhy(text, layer.Skipped)} {empty && !layer.Skipped && text("noStatements")}
      </p>
      {layer.Broken.map((policy) => (
        <p key={policy.PolicyId}>
          <BrokenPolicy policy={policy} />
        </p>
      ))}
      {layer.Statements.length > 0 && (
        <ul className="decision-statements">
          {layer.Statements.map((statement) => (
            <li key={`${statement.PolicyId} ${statement.Statement}`}>
              <Statement statement={statement} />
            </li>
          ))}
        </ul>
      )}
      {layer.More > 0 && <p className="ui-hint">{text("more", { count: layer.More })}</p>}
      {layer.Redacted && <p className="ui-hint">{text("redacted")}</p>}
    </li>
  );
}

function layerSays(text: Text<typeof decisionText>, { Result, Skipped }: LayerTrace): { word: string; kind: "success" | "error" | "default" } {
  if (Skipped) return { word: text("skipped"), kind: "default" };
  if (Result === "allow") return { word: text("allow"), kind: "success" };
  if (Result === "deny") return { word: text("deny"), kind: "error" };
  return { word: text("none"), kind: "default" };
}

function skippedWhy(text: Text<typeof decisionText>, skipped: string): string {
  if (skipped === "root") return text("skippedRoot");
  return skipped === "exempt" ? text("skippedExempt") : "";
}

function BrokenPolicy({ policy }: { policy: PolicyRef }) {
  const text = useText(decisionText);
  const label = text("broken", { name: policy.PolicyName, version: policy.Version });
  return policy.PolicyId > 0 ? <Link to={`/policies/${policy.PolicyId}`}>{label}</Link> : label;
}

function Statement({ statement }: { statement: StatementTrace }) {
  const text = useText(decisionText);
  const denies = statement.Effect === "deny";
  return (
    <>
      <div className="ui-row">
        <Tag kind={!statement.Applies ? "default" : denies ? "error" : "success"}>{text(denies ? "deny" : "allow")}</Tag>
        <StatementName of={statement} />
        <Tag>{text(statement.Applies ? "applies" : "appliesNot")}</Tag>
        {statement.Anyone && <Tag>{text("anyone")}</Tag>}
      </div>
      <Conditions statement={statement} />
      {statement.PolicyId > 0 && <StatementSource statement={statement} />}
    </>
  );
}

/** A statement by the number in its policy, which it links to. */
export function StatementName({ of: { PolicyId, PolicyName, Statement: statement, Version } }: { of: StatementRef }) {
  const text = useText(decisionText);
  if (PolicyId === 0) return <>{text("byStatementNoPolicy", { statement })}</>;
  return <Link to={`/policies/${PolicyId}`}>{text("byStatement", { statement, policy: PolicyName || text("unnamedPolicy"), version: Version })}</Link>;
}

function Conditions({ statement: { Held, Failed } }: { statement: StatementTrace }) {
  if (Held.length + Failed.length === 0) return null;
  return (
    <ul className="decision-conditions">
      {Failed.map((condition) => (
        <Condition key={`failed ${condition.Operator} ${condition.Key}`} condition={condition} held={false} />
      ))}
      {Held.map((condition) => (
        <Condition key={`held ${condition.Operator} ${condition.Key}`} condition={condition} held />
      ))}
    </ul>
  );
}

function Condition({ condition, held }: { condition: ConditionTrace; held: boolean }) {
  const text = useText(decisionText);
  return (
    <li>
      <Tag kind={held ? "success" : "warning"}>{text(held ? "conditionHeld" : "conditionFailed")}</Tag>{" "}
      <code>{condition.Operator}</code> <code>{condition.Key}</code>: {text("wants")} <code>{condition.Values.join(", ")}</code>, {text("seen")}{" "}
      {condition.Missing ? text("missing") : <code>{condition.Seen.join(", ")}</code>}
    </li>
  );
}

// The text is asked for when somebody wants to see it: a path can have hundreds of statements.
function StatementSource({ statement }: { statement: StatementTrace }) {
  const text = useText(decisionText);
  const words = useText(common);
  const [open, setOpen] = useState(false);
  const version = useAction("cam", "GetPolicyVersion", { PolicyId: statement.PolicyId, VersionId: statement.Version }, { enabled: open });
  const found = version.data && statementText(version.data.PolicyVersion.Document ?? "", statement.Offset, statement.End);
  const label = text("showText", { statement: statement.Statement });
  return (
    <>
      <div>
        <Button kind="text" size="small" label={`${words(open ? "hide" : "show")}: ${label}`} onClick={() => setOpen(!open)}>
          {words(open ? "hide" : "show")}: {label}
        </Button>
      </div>
      {open && version.isPending && <Skeleton lines={3} />}
      {open && version.error && <ErrorNotice error={version.error} title={text("textGone")} />}
      {open && version.data && (found ? <Code>{found}</Code> : <p className="ui-hint">{text("textGone")}</p>)}
    </>
  );
}
