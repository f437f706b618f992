import { call, patiently, type Out } from "@/api";
import { isEmpty, type Grants } from "./grants";
import type { Info } from "./info";
import { policiesOf } from "./resulting";
import { contactOf, type Profile } from "./rows";

/** What became of a user: failed ones do not exist, partly made ones exist without all that was to be granted. */
export type Made =
  | { state: "failed"; profile: Profile; error: unknown }
  | { state: "created" | "partly"; profile: Profile; user: Out<"cam", "AddUser">; errors: { what: string; error: unknown }[] };

/** Makes the users one after the other, and tells after each what became of all so far. */
export async function createUsers(info: Info, grants: Grants, tell: (made: readonly Made[]) => void): Promise<void> {
  const made: Made[] = [];
  // Read once: what is copied is the same for all of them.
  const copied = await copiedPolicies(grants);
  for (const profile of info.rows) {
    made.push(await createUser(info, profile, grants, copied));
    tell([...made]);
  }
}

interface Copied {
  policies: { id: number; name: string }[];
  errors: { what: string; error: unknown }[];
}

async function copiedPolicies(grants: Grants): Promise<Copied> {
  const found = new Map(grants.policies.map((policy) => [policy.policyId, policy.name]));
  const errors: Copied["errors"] = [];
  for (const user of grants.copyFrom) {
    try {
      for (const policy of await policiesOf({ kind: "user", id: user.uin })) found.set(policy.PolicyId, policy.PolicyName);
    } catch (error) {
      errors.push({ what: user.name, error });
    }
  }
  return { policies: [...found].map(([id, name]) => ({ id, name })), errors };
}

async function createUser(info: Info, profile: Profile, grants: Grants, copied: Copied): Promise<Made> {
  let user: Out<"cam", "AddUser">;
  try {
    user = await patiently(() =>
      call("cam", "AddUser", {
        Name: profile.name.trim(),
        ...contactOf(profile),
        ConsoleLogin: info.console ? 1 : 0,
        UseApi: info.api ? 1 : 0,
        ...(info.console ? { NeedResetPassword: info.password.mustChange ? 1 : 0 } : {}),
        ...(info.console && info.password.kind === "custom" ? { Password: info.password.password } : {}),
      }),
    );
  } catch (error) {
    return { state: "failed", profile, error };
  }
  const errors = isEmpty(grants) ? [] : [...copied.errors, ...(await grant(user.Uin, grants, copied))];
  return { state: errors.length === 0 ? "created" : "partly", profile, user, errors };
}

/** Gives a user what was chosen. One thing that fails does not keep the others from it. */
async function grant(uin: number, grants: Grants, copied: Copied): Promise<Copied["errors"]> {
  const errors: Copied["errors"] = [];
  const attempt = async (what: string, send: () => Promise<unknown>) => {
    try {
      await patiently(send);
    } catch (error) {
      errors.push({ what, error });
    }
  };
  if (grants.groups.length > 0) {
    const info = grants.groups.map((group) => ({ GroupId: group.groupId, Uin: uin }));
    await attempt(grants.groups.map((group) => group.name).join(", "), () => call("cam", "AddUserToGroup", { Info: info }));
  }
  for (const policy of copied.policies) await attempt(policy.name, () => call("cam", "AttachUserPolicy", { AttachUin: uin, PolicyId: policy.id }));
  return errors;
}
