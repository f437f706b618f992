export { axe, fits, shot, test } from "./browser";
export type { Language, PageOptions } from "./browser";
export { call, signIn } from "./console";
export { rootPassword, startServer, useServer } from "./server";
export type { Server } from "./server";
