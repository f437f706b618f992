// A sub-user in words: its type, and its state with the cause.
import type { Out } from "@/api";
import { common, useLanguage, useText } from "@/i18n";
import { Explained, Status, format } from "@/ui";
import { usersText } from "./messages";

export type User = Out<"hufu", "SearchUsers">["Users"][number];

export type UserType = "SubUser" | "WeComUser" | "Collaborator";

export const typeNames = { SubUser: "subUser", WeComUser: "wecomUser", Collaborator: "collaborator" } as const satisfies Record<UserType, keyof typeof common>;

type TextKey = keyof typeof usersText;

interface State {
  name: TextKey;
  cause?: TextKey;
  kind: "success" | "warning" | "error";
}

/** The states in the order of the filter. */
export const states = {
  Active: { name: "stateActive", kind: "success" },
  Locked: { name: "stateLocked", cause: "causeLocked", kind: "warning" },
  PersonDisabled: { name: "statePersonDisabled", cause: "causePersonDisabled", kind: "error" },
  Departed: { name: "stateDeparted", cause: "causeDeparted", kind: "error" },
  Hidden: { name: "stateHidden", cause: "causeHidden", kind: "warning" },
  WeComDisabled: { name: "stateWeComDisabled", cause: "causeWeComDisabled", kind: "error" },
  NotActivated: { name: "stateNotActivated", cause: "causeNotActivated", kind: "warning" },
  Unlinked: { name: "stateUnlinked", cause: "causeUnlinked", kind: "error" },
} as const satisfies Record<string, State>;

export type StateName = keyof typeof states;

export function isWeCom(user: User): boolean {
  return user.UserType === "WeComUser";
}

export function useTypeName(): (type: string) => string {
  const words = useText(common);
  return (type) => (type in typeNames ? words(typeNames[type as UserType]) : type);
}

/** Why a user is in its state, and since when; undefined for one that is active. */
export function useCause(user: User): string | undefined {
  const text = useText(usersText);
  const language = useLanguage();
  const state: State | undefined = states[user.State as StateName];
  if (!state?.cause) return undefined;
  const since = user.StateTime === null ? "" : text("since", { time: format(new Date(user.StateTime * 1000), language) });
  return [text(state.cause), since].filter(Boolean).join(" ");
}

/** The state of a user in a list: its cause shows on pointing and on focus. */
export function UserState({ user }: { user: User }) {
  const text = useText(usersText);
  const cause = useCause(user);
  const state: State | undefined = states[user.State as StateName];
  const status = <Status kind={state?.kind ?? "default"}>{state ? text(state.name) : user.State}</Status>;
  return cause ? <Explained text={cause}>{status}</Explained> : status;
}
