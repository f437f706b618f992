import { useAction, useChange } from "@/api";
import type { RoleInfo } from "@/api/cam.gen";
import { common, useText } from "@/i18n";
import { ConfirmDanger, toast } from "@/ui";
import { roles } from "./messages";

/** Asks before a role is deleted, and says how many sessions it ends. */
export function DeleteRole({ role, onClose, onDeleted }: { role: RoleInfo; onClose: () => void; onDeleted: () => void }) {
  const text = useText(roles);
  const words = useText(common);
  const running = useAction("hufu", "ListRoleSessions", { RoleId: role.RoleId, Limit: 1 }).data?.TotalCount ?? 0;
  const change = useChange("cam", "DeleteRole", {
    onSuccess: () => {
      toast("success", text("deleted"));
      onDeleted();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("deleteTitle", { name: role.RoleName })}
      confirm={words("delete")}
      onClose={onClose}
      onConfirm={() => change.mutate({ RoleName: role.RoleName })}
      busy={change.isPending}
      error={change.error}
      typeName={role.RoleName}
    >
      <p>{text("deleteText")}</p>
      {running > 0 && <p>{text("deleteSessions", { count: running })}</p>}
    </ConfirmDanger>
  );
}
