import { useQueries } from "@tanstack/react-query";
import { call, useChange } from "@/api";
import type { StrategyInfo } from "@/api/cam.gen";
import { common, useText } from "@/i18n";
import { ConfirmDanger, toast } from "@/ui";
import { policies as messages } from "./messages";

type Doomed = Pick<StrategyInfo, "PolicyId" | "PolicyName">;

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
  const { attached, bounds } = useHolders(policies);
  if (!first) return null;
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

/** How many hold the policies now, and how many they bound: the list tells both. */
function useHolders(policies: readonly Doomed[]): { attached: number; bounds: number } {
  const lists = useQueries({
    queries: policies.map((policy) => ({
      queryKey: ["cam", "ListPolicies", { Scope: "Local", Keyword: policy.PolicyName, Rp: 200 }],
      queryFn: ({ signal }: { signal: AbortSignal }) => call("cam", "ListPolicies", { Scope: "Local", Keyword: policy.PolicyName, Rp: 200 }, signal),
    })),
  });
  let [attached, bounds] = [0, 0];
  lists.forEach(({ data }, index) => {
    const found = data?.List.find((policy) => policy.PolicyId === policies[index]?.PolicyId);
    attached += found?.Attachments ?? 0;
    bounds += found?.AttachEntityBoundaryCount ?? 0;
  });
  return { attached, bounds };
}
