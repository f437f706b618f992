// What is entered before an import begins.
import type { In, Out } from "@/api";
import type { Grants } from "../create-user/grants";
import { contactOf, type Profile } from "../create-user/rows";

export type Corp = Out<"hufu", "ListWeComCorps">["Corps"][number];
export type Member = Out<"hufu", "ListWeComMembers">["Members"][number];
export type Result = Out<"hufu", "DescribeWeComImport">["Results"][number];

/** A member to import: who it is in WeCom, and what the user is to be. */
export interface Candidate extends Profile {
  userId: string;
  member: string;
  departments: string;
}

/** How many can be imported at once. */
export const most = 200;

export function candidateOf(member: Member): Candidate {
  return {
    userId: member.UserId,
    member: member.Name || member.UserId,
    departments: departmentsOf(member),
    name: member.UserId,
    // A userid says little about who it is.
    remark: member.Name === member.UserId ? "" : member.Name,
    phone: member.PhoneNum,
    country: "86",
    email: member.Email,
  };
}

export function departmentsOf(member: Member): string {
  return member.Departments.map((department) => department.Name || String(department.DepartmentId)).join(", ");
}

/** A member of an import that this page did not begin, or not since it was loaded. */
export function candidateAgain(result: Result): Candidate {
  return { userId: result.UserId, member: result.UserId, departments: "", name: result.Name, remark: "", phone: "", country: "86", email: "" };
}

export type ImportRequest = Omit<In<"hufu", "ImportWeComMembers">, "IdempotencyKey">;

export function requestOf(corpId: string, candidates: readonly Candidate[], grants: Grants): ImportRequest {
  return {
    CorpId: corpId,
    Members: candidates.map((candidate) => {
      const { Remark, PhoneNum, CountryCode, Email } = contactOf(candidate);
      return {
        UserId: candidate.userId,
        Name: candidate.name.trim(),
        ...(Remark ? { Remark } : {}),
        ...(PhoneNum ? { PhoneNum } : {}),
        ...(CountryCode ? { CountryCode } : {}),
        ...(Email ? { Email } : {}),
      };
    }),
    ...(grants.groups.length > 0 ? { GroupIds: grants.groups.map((group) => group.groupId) } : {}),
    ...(grants.copyFrom.length > 0 ? { CopyFromUins: grants.copyFrom.map((user) => user.uin) } : {}),
    ...(grants.policies.length > 0 ? { PolicyIds: grants.policies.map((policy) => policy.policyId) } : {}),
  };
}

/** Draws a key for an import. Where the same is sent again, because no answer came, it names the same import. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether a member is a user now, or may still become one. */
export function isDone(result: Result): boolean {
  return result.Outcome === "created" || result.Outcome === "already_imported";
}

export function isPending(result: Result): boolean {
  return result.Outcome === "pending";
}
