// The pages of the console: each is a file of its own for the browser, and is fetched when somebody goes there.
import type { ComponentType } from "react";
import type { menu } from "./app/messages";

export interface PageEntry {
  /** Below /console/, as react-router spells it. */
  path: string;
  /** The page is the default export of its module. */
  load: () => Promise<{ default: ComponentType }>;
  /** The entry of the menu on the left that leads here. Without one, other pages lead here. */
  menu?: keyof typeof menu;
}

/** Pages of somebody who is signed in. One arrives at the first of the menu. */
export const pages: readonly PageEntry[] = [
  { path: "overview", load: () => import("./pages/overview"), menu: "overview" },
  { path: "keys", load: () => import("./pages/keys"), menu: "keys" },
  { path: "audit", load: () => import("./pages/audit"), menu: "audit" },
  { path: "audit/:requestId", load: () => import("./pages/audit/detail") },
  { path: "analyzer", load: () => import("./pages/analyzer"), menu: "analyzer" },
  { path: "account", load: () => import("./pages/account"), menu: "account" },
  { path: "account/security", load: () => import("./pages/account/security") },
  { path: "groups", load: () => import("./pages/groups/list"), menu: "groups" },
  { path: "groups/:id", load: () => import("./pages/groups/detail") },
  { path: "policies", load: () => import("./pages/policies/list"), menu: "policies" },
  { path: "policies/create", load: () => import("./pages/policies/create") },
  { path: "policies/:id", load: () => import("./pages/policies/detail") },
  { path: "roles", load: () => import("./pages/roles/list"), menu: "roles" },
  { path: "roles/create", load: () => import("./pages/roles/create") },
  { path: "roles/:id", load: () => import("./pages/roles/detail") },
  { path: "users", load: () => import("./pages/users"), menu: "users" },
  { path: "users/create", load: () => import("./pages/create-user") },
  { path: "users/create/custom", load: () => import("./pages/create-user/custom") },
  { path: "users/import", load: () => import("./pages/wecom-import") },
  { path: "users/:uin", load: () => import("./pages/users/detail") },
];

/** Where one signs in. */
export const signInPage: PageEntry = { path: "sign-in", load: () => import("./pages/sign-in") };
