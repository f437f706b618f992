import { useText } from "@/i18n";
import { KeyValue } from "@/ui";
import type { Grants } from "./grants";
import { createText } from "./messages";

/** What was chosen to be granted, in words. */
export function GrantsReview({ grants }: { grants: Grants }) {
  const text = useText(createText);
  const names = (list: readonly { name: string }[]) => (list.length === 0 ? text("none") : list.map((one) => one.name).join(", "));
  return (
    <KeyValue
      items={[
        { name: text("wayGroups"), value: names(grants.groups) },
        { name: text("wayCopy"), value: names(grants.copyFrom) },
        { name: text("wayPolicies"), value: names(grants.policies) },
      ]}
    />
  );
}
