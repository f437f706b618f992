import type { RoleInfo } from "@/api/cam.gen";

/** Whether a service owns a role, so that nobody else changes it. */
export function isOwned(role: RoleInfo): boolean {
  return role.RoleType === "service_linked";
}

export function typeName(role: RoleInfo): "typeUser" | "typeSystem" | "typeService" {
  if (isOwned(role)) return "typeService";
  return role.RoleType === "system" ? "typeSystem" : "typeUser";
}

/** What the names of roles are made of. */
export const nameForm = /^[A-Za-z0-9+=,.@_-]{1,128}$/;

/** What the trust policy of a new role begins with: the account itself, as people mostly mean. */
export function trustOf(uin: string): string {
  const principal = uin ? `{"qcs": ["qcs::cam::uin/${uin}:root"]}` : "{}";
  return `{
  "version": "2.0",
  "statement": [
    {
      "effect": "allow",
      "action": "name/sts:AssumeRole",
      "principal": ${principal}
    }
  ]
}`;
}
