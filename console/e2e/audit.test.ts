import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { axe, call, fits, shot, signIn, test, useServer, type Language, type Server } from "./lib";

const password = "Second-Password-2";

async function addUser(page: Page, name: string): Promise<number> {
  const { Uin } = await call<{ Uin: number }>(page, "cam", "AddUser", { Name: name, ConsoleLogin: 1, Password: password, NeedResetPassword: 0, UseApi: 0 });
  return Uin;
}

/** Has a user ask for the groups, which a policy may refuse, and gives the code of the answer. */
async function askForGroups(page: Page): Promise<string> {
  return call(page, "cam", "ListGroups", { Page: 1, Rp: 10 }).then(
    () => "ok",
    (error: Error) => error.message.split(": ")[1] ?? "",
  );
}

/** The text of the policy that is being made. */
async function draft(page: Page): Promise<string> {
  await page.getByRole("tab", { name: "JSON" }).click();
  await page.locator(".cm-line").first().waitFor();
  return (await page.locator(".cm-line").allTextContents()).join("\n");
}

describe("audit and access", () => {
  const server = useServer();
  const at = (): Server => server.current;

  test("a denial is found, explained, and allowed by what the explanation says is missing", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    const uin = await addUser(root, "asker");
    const user = await open({ url: at().url, expected: [403] });
    await signIn(user, at(), { name: "asker", password });
    expect(await askForGroups(user)).toBe("AuthFailure.UnauthorizedOperation");

    // From the overview to the denial, and the trail of the user alone.
    await root.goto("/console/overview");
    await root.getByRole("link", { name: "cam:ListGroups" }).waitFor();
    await axe(root);
    await root.getByRole("link", { name: "All denials" }).click();
    await root.getByLabel("Caller ID").fill(String(uin));
    await root.getByLabel("Caller ID").press("Enter");
    await root.getByRole("link", { name: "cam:ListGroups" }).waitFor();
    expect(new URL(root.url()).search).toContain(`caller=${uin}`);
    await axe(root);
    await root.getByRole("link", { name: "cam:ListGroups" }).click();

    await root.getByText("What is missing is an allow in: Policies of the caller.").waitFor();
    await root.getByRole("listitem").filter({ hasText: "Policies of the caller" }).filter({ hasText: "decided here" }).waitFor();
    await root.getByText('"action": "cam:ListGroups"').waitFor();
    await axe(root);
    await shot(root, "audit-denial");

    // What is missing becomes a policy, and the policy the user's.
    await root.getByRole("button", { name: "Create a policy from this" }).click();
    await root.getByRole("textbox", { name: "Name", exact: true }).fill("may-list-groups");
    const text = await draft(root);
    expect(JSON.parse(text)).toEqual({ version: "2.0", statement: [{ effect: "allow", action: "cam:ListGroups", resource: "*" }] });
    await root.getByText("The checks found nothing.").waitFor();
    await root.getByRole("button", { name: "Create", exact: true }).click();
    await root.getByRole("heading", { name: "may-list-groups", level: 1 }).waitFor();
    const policy = Number(new URL(root.url()).pathname.split("/").at(-1));
    await call(root, "cam", "AttachUserPolicy", { PolicyId: policy, AttachUin: uin });
    expect(await askForGroups(user)).toBe("ok");

    // The record says what held then; asked again, the answer is today's.
    await root.goto(`/console/audit?outcome=denied&caller=${uin}`);
    await root.getByRole("link", { name: "cam:ListGroups" }).click();
    await root.getByText("Denied: nothing allows it").waitFor();
    await root.getByRole("link", { name: "Ask again now" }).click();
    await root.getByText("Statement 1 of may-list-groups, version 1").first().waitFor();
    await root.getByText("Allowed", { exact: true }).waitFor();
    await root.getByRole("button", { name: "Show: Text of statement 1" }).click();
    await root.locator("pre", { hasText: "cam:ListGroups" }).waitFor();
    await axe(root);

    await root.getByRole("link", { name: "Who can do this" }).click();
    await root.getByRole("row", { name: /asker/ }).getByText("may-list-groups").waitFor();
    await axe(root);
    await root.getByRole("tab", { name: "Unused grants" }).click();
    await root.getByRole("button", { name: "Ask" }).click();
    await root.getByText("Everything that is granted was used").waitFor();
    await axe(root);
    await root.goto(`/console/analyzer?tab=draft&policy=${policy}`);
    await root.getByRole("button", { name: "Show what would change" }).click();
    await root.getByText("Nothing changes for whoever holds it.").waitFor();
    await axe(root);
  });

  test("the live view shows a call that came since, once", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    await addUser(root, "lively");
    const user = await open({ url: at().url });
    await signIn(user, at(), { name: "lively", password });
    await root.goto("/console/audit?action=cam%3AListPolicies");
    await root.getByText("No call fits").waitFor();
    await root.getByRole("button", { name: "Follow new calls" }).click();
    await root.getByText("New calls appear by themselves").waitFor();
    await call(user, "cam", "ListPolicies", {}).catch(() => undefined);
    await root.getByText("1 new call", { exact: true }).waitFor();
    await root.getByRole("row", { name: /New cam:ListPolicies lively/ }).waitFor();
    await axe(root);
    // Later looks bring nothing twice.
    await root.waitForResponse((response) => response.url().endsWith("/ListAuditRecords"));
    await root.waitForResponse((response) => response.url().endsWith("/ListAuditRecords"));
    expect(await root.getByRole("link", { name: "cam:ListPolicies" }).count()).toBe(1);
    await root.getByRole("button", { name: "Stop the live view" }).click();
    await root.getByRole("button", { name: "Search" }).click();
    await root.getByRole("row", { name: /cam:ListPolicies lively/ }).waitFor();
    expect(await root.getByText("New", { exact: true }).count()).toBe(0);
  });

  test("who may see nothing is told what is missing, part by part", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    await addUser(root, "newcomer");
    const user = await open({ url: at().url });
    await signIn(user, at(), { name: "newcomer", password });
    await user.goto("/console/overview");
    for (const permission of ["cam:GetAccountSummary", "hufu:DescribeSecurityAdvice", "hufu:ListAuditRecords", "hufu:ListWeComCorps"]) {
      await user.getByText(`This needs the permission ${permission}.`).waitFor();
    }
    await user.getByText("Who I am").waitFor();
    await axe(user);
    await user.goto("/console/audit");
    await user.getByText("This needs the permission hufu:ListAuditRecords.").waitFor();
    await axe(user);
  });

  test("an access key is made, shown once, disabled and deleted", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    await addUser(root, "program");
    await root.goto("/console/keys");
    await root.getByRole("button", { name: "Create a key" }).click();
    const dialog = root.getByRole("dialog");
    await dialog.getByRole("checkbox", { name: /program/ }).check();
    await dialog.getByLabel("Description").fill("for:tests");
    await axe(root);
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    const secretId = await root.locator(".ui-secret code").first().textContent();
    await axe(root);
    await root.getByRole("button", { name: "I have saved it" }).click();

    await root.getByRole("searchbox").fill(secretId ?? "");
    const row = root.getByRole("row", { name: new RegExp(`${secretId}.*program`) });
    await row.getByText("for:tests").waitFor();
    expect(await row.getByRole("button", { name: "Delete" }).isDisabled()).toBe(true);
    await row.getByRole("button", { name: "Disable" }).click();
    await root.getByRole("dialog").getByRole("button", { name: "Disable" }).hover();
    await axe(root);
    await root.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
    await row.getByText("Disabled").waitFor();
    await axe(root);
    await row.getByRole("button", { name: "Delete" }).click();
    await root.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
  });

  test("every page fits, in both languages and in the dark", async ({ open }) => {
    for (const [language, theme, width] of [
      ["en-US", "light", 640],
      ["zh-CN", "dark", 1280],
    ] as const) {
      const page = await open({ url: at().url, language, theme, width });
      await signIn(page, at());
      await lookAt(page, language);
    }
  });
});

async function lookAt(page: Page, language: Language): Promise<void> {
  const pages = ["overview", "keys", "audit", "analyzer?type=root&action=cam%3AListUsers", "analyzer?tab=who&action=cam%3AListUsers", "analyzer?tab=what&type=root", "analyzer?tab=unused&run=1", "analyzer?tab=draft"];
  for (const [index, path] of pages.entries()) {
    await page.goto(`/console/${path}`);
    await page.locator("main h1").waitFor();
    await expect.poll(() => page.locator("main :is(.ui-skeleton, .ui-table[aria-busy=true])").count()).toBe(0);
    expect(await page.locator(".ui-alert-error .ui-error-code").count(), path).toBe(0);
    await fits(page);
    if (language === "zh-CN") await axe(page); // in English each was looked at above
    await shot(page, `audit-${language}-${index}`);
  }
}
