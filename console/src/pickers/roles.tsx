import { useAction } from "@/api";
import { useText } from "@/i18n";
import { usePaging } from "@/ui";
import { picker } from "./messages";
import { PickerList, type Picked, type PickerProps } from "./picker";

export interface PickedRole extends Picked {
  description: string;
}

/** Chooses roles, whose list hufu does not search. Those that belong to a service are not offered: nobody can change them. */
export function RolePicker(props: PickerProps<PickedRole>) {
  const text = useText(picker);
  const paging = usePaging(10);
  const query = useAction("cam", "DescribeRoleList", { Page: paging.page, Rp: paging.limit }, { keep: true });
  const rows = query.data?.List.filter((role) => role.RoleType !== "service_linked").map((role): PickedRole => ({ id: role.RoleId, name: role.RoleName, description: role.Description }));
  return (
    <PickerList
      {...props}
      rows={rows}
      detail={(row) => row.description || `${text("roleId")} ${row.id}`}
      paging={paging.of(query.data?.TotalNum ?? 0)}
      error={query.error}
      onRetry={() => void query.refetch()}
    />
  );
}
