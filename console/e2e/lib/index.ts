export { axe, fits, shot, test } from "./browser";
export type { Language, PageOptions } from "./browser";
export { call, signIn } from "./console";
export { totp } from "./totp";
export { rootPassword, startServer, useServer } from "./server";
export type { Server } from "./server";
