import { useNavigate } from "react-router";
import type { Remedy as RemedyData, RemedyAddition } from "@/api/hufu.gen";
import { useText } from "@/i18n";
import { format } from "@/policy/json";
import { Button, Code, CopyButton } from "@/ui";
import { layerName } from "./layers";
import { decisionText } from "./messages";
import { policyOf } from "./statement";
import { StatementName } from "./trace";

/** What would turn a denial into an allow: what denies, and which statements lack. */
export function Remedy({ remedy }: { remedy: RemedyData }) {
  const text = useText(decisionText);
  const { Denies: denies, Additions: additions } = remedy;
  if (denies.length + additions.length === 0) return <p>{text("remedyNone")}</p>;
  return (
    <div className="ui-stack">
      {denies.length > 0 && (
        <>
          <p>{text("remedyDenies")}</p>
          <ul className="decision-statements">
            {denies.map((deny, index) => (
              <li key={index}>
                {deny.Statement ? <StatementName of={deny.Statement} /> : text("remedyHidden", { layer: layerName(text, deny.Layer, deny.Level) })}
              </li>
            ))}
          </ul>
        </>
      )}
      {additions.length > 0 && <p>{text(additions.length > 1 ? "remedyAdditionsMany" : "remedyAdditions")}</p>}
      {additions.map((addition) => (
        <Addition key={`${addition.Layer} ${addition.Level}`} addition={addition} />
      ))}
    </div>
  );
}

function Addition({ addition }: { addition: RemedyAddition }) {
  const text = useText(decisionText);
  const statement = format(addition.Statement);
  return (
    <div className="decision-addition">
      <p>{text("remedyIn", { layer: layerName(text, addition.Layer, addition.Level) })}</p>
      <Code>{statement}</Code>
      <div className="ui-row">
        {(addition.Layer === "identity" || addition.Layer === "boundary") && <CreatePolicyButton document={policyOf([addition.Statement])} />}
        <CopyButton value={statement} caption={text("copyStatement")} />
      </div>
    </div>
  );
}

/** Goes to where policies are made, with a document to begin with. */
export function CreatePolicyButton({ document }: { document: string }) {
  const text = useText(decisionText);
  const navigate = useNavigate();
  return <Button onClick={() => void navigate("/policies/create", { state: { document } })}>{text("createPolicy")}</Button>;
}
