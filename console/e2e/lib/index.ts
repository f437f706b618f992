export { axe, fits, shot, test } from "./browser";
export type { Language, PageOptions } from "./browser";
export { call, signIn } from "./console";
export { totp } from "./totp";
export { rootPassword, startDemo, startServer, useDemo, useServer } from "./server";
export type { Demo, Server } from "./server";
