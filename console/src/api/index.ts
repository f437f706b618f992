export { ownAddress, ownHost } from "./address";
export { ApiError, ask, call, onSessionEnd, patiently } from "./client";
export type { Action, In, Out, Service } from "./client";
export { newQueryClient, refresh, useAction, useChange } from "./hooks";
export { useSession, useSignOut } from "./session";
export type { Session } from "./session";
