import { useState } from "react";
import { useAction } from "@/api";
import { useText } from "@/i18n";
import { useDelayed, usePaging } from "@/ui";
import { picker } from "./messages";
import { PickerList, type Picked, type PickerProps } from "./picker";

export interface PickedGroup extends Picked {
  groupId: number;
  remark: string;
}

/** Chooses user groups. */
export function GroupPicker(props: PickerProps<PickedGroup>) {
  const text = useText(picker);
  const [keyword, setKeyword] = useState("");
  const asked = useDelayed(keyword.trim());
  const paging = usePaging(10);
  const query = useAction("cam", "ListGroups", { Page: paging.page, Rp: paging.limit, ...(asked ? { Keyword: asked } : {}) }, { keep: true });
  const rows = query.data?.GroupInfo.map((group): PickedGroup => ({ id: String(group.GroupId), groupId: group.GroupId, name: group.GroupName, remark: group.Remark }));
  return (
    <PickerList
      {...props}
      rows={rows}
      detail={(row) => row.remark || `${text("groupId")} ${row.id}`}
      search={{
        label: text("searchGroups"),
        value: keyword,
        onChange: (value) => {
          setKeyword(value);
          paging.first();
        },
      }}
      paging={paging.of(query.data?.TotalNum ?? 0)}
      error={query.error}
      onRetry={() => void query.refetch()}
    />
  );
}
