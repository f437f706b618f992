import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { axe, call, fits, shot, signIn, test, useServer, type Server } from "./lib";

const password = "Second-Password-2";
// What would run in a page that took names for markup.
const script = `<img src=x onerror="window.marked=1">`;

async function unharmed(page: Page): Promise<void> {
  expect(await page.evaluate(() => [(window as { marked?: number }).marked, document.querySelectorAll("img[src=x]").length])).toEqual([undefined, 0]);
}

const next = (page: Page) => page.getByRole("button", { name: "Next", exact: true }).click();

async function pick(page: Page, search: string, name: string): Promise<void> {
  await page.getByRole("searchbox", { name: search }).last().fill(name);
  await page.locator(".picker-rows label", { hasText: name }).last().getByRole("checkbox").check();
}

describe("users", () => {
  const server = useServer();
  const at = (): Server => server.current;

  test("two users are created, one signs in and may do what was granted, both are deleted", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    await root.goto("/console/users");
    await root.getByText("There are no users yet").waitFor();
    await axe(root);
    await root.getByRole("link", { name: "Create User" }).first().click();
    await root.getByText("No enterprise is linked yet.").waitFor();
    await axe(root);
    await root.getByRole("link", { name: "Create sub-users" }).click();

    await root.getByLabel("User name * of user 1").fill("not a name");
    await root.getByText("Letters, digits and").first().waitFor();
    await root.getByLabel("User name * of user 1").fill("ann");
    await root.getByLabel("Remark of user 1").fill(script);
    await root.getByRole("button", { name: "Add a user" }).click();
    await root.getByLabel("User name * of user 2").fill("bob");
    await root.getByRole("radio", { name: "Chosen here" }).check();
    await root.locator("input[type=password]").fill(password);
    await root.getByRole("checkbox", { name: "Has to be changed" }).uncheck();
    await root.getByRole("checkbox", { name: "API" }).check();
    await axe(root);
    await next(root);

    await root.getByText("Nothing is granted so far").waitFor();
    await root.getByRole("button", { name: "Create group" }).click();
    const dialog = root.getByRole("dialog", { name: "Create group" });
    await dialog.getByLabel("Group name").fill("readers");
    await dialog.getByLabel("Remark").fill(script);
    await pick(root, "Search policies by name", "QcloudCamReadOnlyAccess");
    await axe(root);
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await root.getByText("Group: readers").waitFor();
    await axe(root);
    await next(root);
    await root.getByRole("button", { name: "Create 2 users" }).click();
    await root.getByText("2 users were created").waitFor();
    await unharmed(root);
    await axe(root);
    await fits(root);
    expect(await root.getByText(/^AKID\w{32}$/).count()).toBe(2);

    const ann = await open({ url: at().url });
    await signIn(ann, at(), { name: "ann", password });
    expect((await call<{ Name: string }>(ann, "cam", "GetUser", { Name: "ann" })).Name).toBe("ann");
    await expect(call(ann, "cam", "CreateGroup", { GroupName: "mine" })).rejects.toThrow("UnauthorizedOperation");

    await root.getByRole("link", { name: "To the users" }).click();
    await root.getByText(script).first().waitFor();
    await unharmed(root);
    await root.getByRole("checkbox", { name: "Select all rows of this page" }).check();
    await root.getByRole("group", { name: "2 selected" }).getByRole("button", { name: "Authorize" }).click();
    await pick(root, "Search policies by name", "QcloudCVMReadOnlyAccess");
    await root.getByRole("button", { name: "Attach", exact: true }).click();
    await root.getByText("The policies are attached").waitFor();
    await root.getByRole("checkbox", { name: "Select all rows of this page" }).check();
    await root.getByRole("group", { name: "2 selected" }).getByRole("button", { name: "Delete" }).click();
    await root.getByText("2 access keys are deleted too").waitFor();
    expect(await root.getByRole("button", { name: "Delete 2 users" }).isDisabled()).toBe(true);
    await root.getByLabel("Type 2 to confirm").fill("2");
    await axe(root);
    await root.getByRole("button", { name: "Delete 2 users" }).click();
    await root.getByText("There are no users yet").waitFor();
    await expect(call(ann, "cam", "GetUser", { Name: "ann" })).rejects.toThrow();
  });

  test("a user's page shows where permissions come from, and manages keys, sign-in and boundary", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    const { Uin } = await call<{ Uin: number }>(root, "cam", "AddUser", { Name: "carl", Remark: script, ConsoleLogin: 1, Password: password, NeedResetPassword: 0 });
    const { GroupId } = await call<{ GroupId: number }>(root, "cam", "CreateGroup", { GroupName: script.slice(0, 64) });
    await call(root, "cam", "AddUserToGroup", { Info: [{ GroupId, Uin }] });
    await call(root, "cam", "AttachGroupPolicy", { AttachGroupId: GroupId, PolicyId: 2 });
    await call(root, "cam", "AttachUserPolicy", { AttachUin: Uin, PolicyId: 2 });
    await root.goto(`/console/users/${Uin}`);
    const row = root.getByRole("row", { name: /QCloudResourceFullAccess/ });
    await row.getByText("Direct", { exact: true }).waitFor();
    await row.getByText(`Group: ${script}`).waitFor();
    await unharmed(root);
    await axe(root);

    await root.getByRole("tab", { name: "Access keys" }).click();
    await root.getByRole("button", { name: "Create access key" }).click();
    await root.getByRole("button", { name: "Create", exact: true }).click();
    await root.getByText("This is shown once.").waitFor();
    await axe(root);
    await root.getByRole("button", { name: "I have saved it" }).click();
    expect(await root.getByRole("button", { name: /^Delete AKID/ }).isDisabled()).toBe(true);
    await root.getByRole("button", { name: /^Disable AKID/ }).click();
    await root.getByRole("button", { name: "Disable", exact: true }).click();
    await root.getByRole("button", { name: /^Delete AKID/ }).click();
    await root.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await root.getByText("No access keys").waitFor();

    await root.getByRole("tab", { name: "Security" }).click();
    await root.getByRole("button", { name: "Reset password" }).click();
    await root.getByRole("dialog").getByRole("button", { name: "Reset password" }).click();
    const made = await root.getByRole("dialog").locator(".ui-copytext code").last().textContent();
    await root.getByRole("button", { name: "I have saved it" }).click();
    await axe(root);
    const carl = await open({ url: at().url });
    await carl.goto(`/console/sign-in?type=user&account=${at().root.uin}&name=carl`);
    await carl.locator("input[type=password]").fill(made ?? "");
    await carl.locator(".sign-submit button").click();
    await carl.getByRole("heading", { name: "Choose a new password" }).waitFor();

    await root.getByRole("tab", { name: "Boundary" }).click();
    await root.getByRole("button", { name: "Set boundary" }).click();
    await pick(root, "Search policies by name", "QcloudCamReadOnlyAccess");
    await root.getByRole("button", { name: "Confirm" }).click();
    await root.getByText("The boundary is set").waitFor();
    await axe(root);
    for (const tab of ["Groups", "Activity", "Allowed actions"]) {
      await root.getByRole("tab", { name: tab }).click();
      await root.getByRole("tabpanel", { name: tab }).locator("tbody tr").first().waitFor();
      await axe(root);
    }
    await unharmed(root);
  });

  test("the pages are in Chinese, dark, and at 200 percent", async ({ open }) => {
    const page = await open({ url: at().url, language: "zh-CN", theme: "dark", width: 640, height: 800 });
    await signIn(page, at());
    for (const [path, name] of [["users", "users"], ["users/create", "users-create"], ["users/create/custom", "users-custom"]] as const) {
      await page.goto(`/console/${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await axe(page);
      await fits(page);
      await shot(page, `${name}-zh-dark-640`);
    }
  });
});
