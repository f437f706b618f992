import type { Page } from "playwright-core";
import type { Server } from "./server";

/** Signs in by the page, as the root unless somebody else is named, and waits until the console is there. */
export async function signIn(page: Page, server: Server, user?: { name: string; password: string }): Promise<void> {
  if (user) await page.goto(`/console/sign-in?type=user&account=${server.root.uin}&name=${encodeURIComponent(user.name)}`);
  else await page.goto(`/console/sign-in?type=root&account=${server.root.uin}`);
  await page.locator("input[type=password]").fill(user?.password ?? server.root.password);
  await page.locator(".sign-submit button").click();
  await page.locator(".app-menu").waitFor({ state: "attached" });
}

/** Calls an action with the session of the page, to set the stage. Throws the code of an error. */
export async function call<Out = Record<string, unknown>>(page: Page, service: string, action: string, params: object): Promise<Out> {
  const versions: Record<string, string> = { cam: "2019-01-16", hufu: "2026-12-01", sts: "2018-08-13", bi: "2022-01-05" };
  const response = await page.evaluate(
    async ({ path, body }) => {
      const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
      return (await answer.json()) as { Response: Record<string, unknown> & { Error?: { Code: string; Message: string } } };
    },
    { path: `/console/api/${service}/${versions[service]}/${action}`, body: JSON.stringify(params) },
  );
  const { Error: error, ...out } = response.Response;
  if (error) throw new Error(`${service}:${action}: ${error.Code}: ${error.Message}`);
  return out as Out;
}
