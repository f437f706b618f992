import { useChange } from "@/api";
import type { StrategyInfo } from "@/api/cam.gen";
import { common, useText } from "@/i18n";
import { ConfirmDanger, toast } from "@/ui";
import { policies as messages } from "./messages";

type Doomed = Pick<StrategyInfo, "PolicyId" | "PolicyName" | "Attachments" | "AttachEntityBoundaryCount">;

/** Asks before policies are deleted, and says what goes with them. One that somebody holds is to be named first. */
export function DeletePolicies({ policies, onClose, onDeleted }: { policies: readonly Doomed[]; onClose: () => void; onDeleted: () => void }) {
  const text = useText(messages);
  const words = useText(common);
  const change = useChange("cam", "DeletePolicy", {
    onSuccess: () => {
      toast("success", text("deleted"));
      onDeleted();
    },
  });
  const [first] = policies;
  if (!first) return null;
  const attached = policies.reduce((sum, policy) => sum + policy.Attachments, 0);
  const bounds = policies.reduce((sum, policy) => sum + (policy.AttachEntityBoundaryCount ?? 0), 0);
  return (
    <ConfirmDanger
      open
      title={policies.length === 1 ? text("deleteTitle", { name: first.PolicyName }) : text("deleteTitleMany", { count: policies.length })}
      confirm={words("delete")}
      onClose={onClose}
      onConfirm={() => change.mutate({ PolicyId: policies.map((policy) => policy.PolicyId) })}
      busy={change.isPending}
      error={change.error}
      {...(attached + bounds > 0 && policies.length === 1 ? { typeName: first.PolicyName } : {})}
    >
      <p>{text("deleteGoes")}</p>
      {attached > 0 && <p>{text("deleteAttached", { count: attached })}</p>}
      {bounds > 0 && <p>{text("deleteBounds", { count: bounds })}</p>}
      {policies.length > 1 && <p>{policies.map((policy) => policy.PolicyName).join(", ")}</p>}
    </ConfirmDanger>
  );
}
