import { useState } from "react";
import { useAction } from "@/api";
import { useText } from "@/i18n";
import { Select, useDelayed, usePaging } from "@/ui";
import { picker } from "./messages";
import { PickerList, type Picked, type PickerProps } from "./picker";

export interface PickedPolicy extends Picked {
  policyId: number;
  preset: boolean;
  description: string;
}

type Scope = "All" | "QCS" | "Local";

/** Chooses policies, custom and preset ones. */
export function PolicyPicker(props: PickerProps<PickedPolicy>) {
  const text = useText(picker);
  const [keyword, setKeyword] = useState("");
  const [scope, setScope] = useState<Scope>("All");
  const asked = useDelayed(keyword.trim());
  const paging = usePaging(10);
  const query = useAction("cam", "ListPolicies", { Page: paging.page, Rp: paging.limit, Scope: scope, ...(asked ? { Keyword: asked } : {}) }, { keep: true });
  const rows = query.data?.List.filter((policy) => policy.IsServiceLinkedPolicy !== 1).map((policy): PickedPolicy => ({
    id: String(policy.PolicyId),
    policyId: policy.PolicyId,
    name: policy.PolicyName,
    preset: policy.Type === 2,
    description: policy.Description ?? "",
  }));
  return (
    <PickerList
      {...props}
      rows={rows}
      detail={(row) => [text(row.preset ? "presetTag" : "customTag"), row.description].filter(Boolean).join(" - ")}
      search={{
        label: text("searchPolicies"),
        value: keyword,
        onChange: (value) => {
          setKeyword(value);
          paging.first();
        },
      }}
      filter={
        <Select<Scope>
          label={text("scope")}
          value={scope}
          onChange={(value) => {
            setScope(value);
            paging.first();
          }}
          options={[
            { value: "All", label: text("allPolicies") },
            { value: "Local", label: text("custom") },
            { value: "QCS", label: text("preset") },
          ]}
        />
      }
      paging={paging.of(query.data?.TotalNum ?? 0)}
      error={query.error}
      onRetry={() => void query.refetch()}
    />
  );
}
