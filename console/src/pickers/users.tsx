import { useState } from "react";
import { useAction } from "@/api";
import { useText } from "@/i18n";
import { useDelayed, usePaging } from "@/ui";
import { picker } from "./messages";
import { PickerList, type Picked, type PickerProps } from "./picker";

export interface PickedUser extends Picked {
  uin: number;
  remark: string;
}

/** Chooses sub-users of every type. */
export function UserPicker(props: PickerProps<PickedUser>) {
  const text = useText(picker);
  const [keyword, setKeyword] = useState("");
  const asked = useDelayed(keyword.trim());
  const paging = usePaging(10);
  const query = useAction("hufu", "SearchUsers", { Offset: paging.offset, Limit: paging.limit, Sort: "Name", ...(asked ? { Keyword: asked } : {}) }, { keep: true });
  const rows = query.data?.Users.map((user): PickedUser => ({ id: String(user.Uin), uin: user.Uin, name: user.Name, remark: user.Remark }));
  return (
    <PickerList
      {...props}
      rows={rows}
      detail={(row) => [`${text("userId")} ${row.id}`, row.remark].filter(Boolean).join(" - ")}
      search={{
        label: text("searchUsers"),
        value: keyword,
        onChange: (value) => {
          setKeyword(value);
          paging.first();
        },
      }}
      paging={paging.of(query.data?.TotalCount ?? 0)}
      error={query.error}
      onRetry={() => void query.refetch()}
    />
  );
}
