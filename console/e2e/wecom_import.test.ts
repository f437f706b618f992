import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { axe, call, fits, shot, signIn, test, useDemo, type Demo } from "./lib";

// What would run in a page that took names for markup.
const script = `<img src=x onerror="window.marked=1">`;

interface Found {
  Uin: number;
  State: string;
}

describe("members of WeCom", () => {
  const demo = useDemo();
  const at = (): Demo => demo.current;

  /** Tells the stand-in for WeCom that something happened in the enterprise. */
  async function happens(path: string, body: object = {}): Promise<void> {
    const { url, corpId } = at().wecom;
    const answer = await fetch(`${url}/admin/corps/${corpId}/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }

  async function found(page: Page, keyword: string): Promise<Found | undefined> {
    const { Users } = await call<{ Users: Found[] }>(page, "hufu", "SearchUsers", { Keyword: keyword });
    return Users[0];
  }

  /** Members of the visible range who are no users yet. */
  async function someMembers(page: Page, count: number): Promise<string[]> {
    const { Members } = await call<{ Members: { UserId: string; Uin: number; Status: string }[] }>(page, "hufu", "ListWeComMembers", { CorpId: at().wecom.corpId, Limit: 200 });
    return Members.filter((member) => member.Uin === 0 && member.Status === "Active").slice(0, count).map((member) => member.UserId);
  }

  /** Goes to the wizard and selects members, up to where permissions are set. */
  async function select(page: Page, userIds: readonly string[]): Promise<void> {
    await page.goto("/console/users");
    await page.getByRole("link", { name: "Create User" }).click();
    await page.getByRole("link", { name: "Import members" }).click();
    for (const userId of userIds) {
      await page.getByRole("searchbox", { name: "Search by name or userid" }).fill(userId);
      await page.locator("tbody tr", { has: page.getByText(userId, { exact: true }) }).getByRole("checkbox").check();
    }
    await page.getByText(`${userIds.length} of at most 200`).waitFor();
    await next(page);
    await next(page);
  }

  async function complete(page: Page, count: number, reviewed = true): Promise<void> {
    if (reviewed) await next(page);
    await axe(page);
    await page.getByRole("button", { name: "Complete" }).click();
    await page.getByText(`${count} of ${count} were imported`).waitFor({ timeout: 30_000 });
  }

  /** Goes through WeCom's page of sign-in, which the stand-in shows, as a member. */
  async function signInByWeCom(page: Page, userId: string): Promise<void> {
    await page.goto(`/login/wecom/${at().root.uin}`);
    await page.getByRole("searchbox").fill(userId);
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator("li", { has: page.getByText(userId, { exact: true }) }).getByRole("link").click();
  }

  const next = (page: Page) => page.getByRole("button", { name: "Next", exact: true }).click();

  const choose = async (page: Page, search: string, name: string) => {
    await page.getByRole("searchbox", { name: search }).last().fill(name);
    await page.locator(".picker-rows label", { hasText: name }).last().getByRole("checkbox").check();
  };

  const ways: Record<string, (page: Page) => Promise<void>> = {
    "adding to a group that is created in place": async (page) => {
      await page.getByRole("button", { name: "Create group" }).click();
      const dialog = page.getByRole("dialog", { name: "Create group" });
      await dialog.getByLabel("Group name").fill("imported-readers");
      await choose(page, "Search policies by name", "QcloudCamReadOnlyAccess");
      await dialog.getByRole("button", { name: "Create", exact: true }).click();
      await dialog.waitFor({ state: "detached" });
      await page.getByText("Group: imported-readers").waitFor();
    },
    "copying an existing user's policies": async (page) => {
      await page.getByRole("tab", { name: "Copy existing users' policies" }).click();
      await choose(page, "Search users", "svc-monitor");
      await page.getByText("Copied from svc-monitor").first().waitFor();
    },
    "associating policies from the list": async (page) => {
      await page.getByRole("tab", { name: "Associate policies from the list" }).click();
      await choose(page, "Search policies by name", "QcloudCamReadOnlyAccess");
      await page.getByText("Attached directly").waitFor();
    },
  };

  for (const [index, [way, grant]] of Object.entries(ways).entries()) {
    test(`a member is imported by ${way}, signs in with WeCom, and may do exactly what was granted`, async ({ open }) => {
      const root = await open({ url: at().url });
      await signIn(root, at());
      const [userId = ""] = await someMembers(root, 1);
      await select(root, [userId]);
      await root.getByText("Nothing is granted so far").waitFor();
      await grant(root);
      await axe(root);
      await shot(root, `wecom-permissions-${index}`);
      await complete(root, 1);
      await axe(root);
      await fits(root);

      // The address names the import: a page that is loaded anew shows the same.
      await root.reload();
      await root.getByText("1 of 1 were imported").waitFor();
      await root.getByText(`/login/wecom/${at().root.uin}`).waitFor();

      const member = await open({ url: at().url, expected: [404] }); // WeCom's page has no icon
      await signInByWeCom(member, userId);
      await member.locator(".app-menu").waitFor({ state: "attached" });
      expect((await call<{ Data: unknown[] }>(member, "cam", "ListUsers", {})).Data.length).toBeGreaterThan(0);
      await expect(call(member, "cam", "CreateGroup", { GroupName: "mine" })).rejects.toThrow("UnauthorizedOperation");
    });
  }

  test("whoever leaves the company is refused, and the list says why", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    const [userId = ""] = await someMembers(root, 1);
    await select(root, [userId]);
    await complete(root, 1);
    const member = await open({ url: at().url, expected: [404] }); // WeCom's page has no icon
    await signInByWeCom(member, userId);
    await member.locator(".app-menu").waitFor({ state: "attached" });

    await happens(`members/${userId}/leave`);
    await expect.poll(async () => (await found(root, userId))?.State, { timeout: 20_000 }).toBe("Departed");
    await expect(call(member, "cam", "GetUserAppId", {})).rejects.toThrow();
    await member.context().clearCookies();
    await member.goto(`/login/wecom/${at().root.uin}`);
    expect(await member.getByText(userId, { exact: true }).count()).toBe(0);

    await root.goto("/console/users");
    await root.getByRole("combobox", { name: "State" }).selectOption("Departed");
    const state = root.getByRole("row", { name: new RegExp(userId) }).getByText("Left the company");
    await state.hover();
    await root.getByRole("tooltip").filter({ hasText: "left the enterprise" }).first().waitFor();
    await axe(root);
  });

  test("who was not imported, because the name was taken meanwhile, is corrected and tried again", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    const [userId = "", other = ""] = await someMembers(root, 2);
    await select(root, [userId, other]);
    await next(root);
    await call(root, "cam", "AddUser", { Name: userId });
    await root.getByRole("button", { name: "Complete" }).click();
    await root.getByText("1 of 2 were imported").waitFor({ timeout: 30_000 });
    await root.getByText("1 member was not imported").waitFor();
    await axe(root);
    await root.getByRole("button", { name: "Correct and try again" }).click();
    await root.getByText("1 member cannot be imported").waitFor();
    await root.getByLabel(/^User name \* of/).fill(`${userId}-2`);
    await next(root);
    await next(root);
    await complete(root, 1, false);
  });

  test("names that are markup stay text, and a name that is taken is said before the import", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    const { Departments } = await call<{ Departments: { DepartmentId: number }[] }>(root, "hufu", "ListWeComDepartments", { CorpId: at().wecom.corpId });
    const parent = Departments[0]?.DepartmentId ?? 0;
    await happens("departments", { ID: 9001, ParentID: parent, Name: script.slice(0, 32) });
    await happens("members", { UserID: "mallory", Name: script, Departments: [9001], Position: script });
    const seen = async () => (await call<{ TotalCount: number }>(root, "hufu", "ListWeComMembers", { CorpId: at().wecom.corpId, Keyword: "mallory" })).TotalCount;
    await call(root, "hufu", "SyncWeComCorp", { CorpId: at().wecom.corpId });
    await expect.poll(seen, { timeout: 30_000 }).toBe(1);

    await root.goto("/console/users/import");
    await root.getByRole("searchbox", { name: "Search by name or userid" }).fill("mallory");
    await root.locator("tbody tr", { hasText: "mallory" }).getByRole("checkbox").check();
    await next(root);
    const name = root.getByLabel(/^User name \* of/);
    await name.fill("zhangwei");
    await root.getByText("1 member cannot be imported").waitFor();
    expect(await root.getByRole("button", { name: "Next", exact: true }).isDisabled()).toBe(true);
    await axe(root);
    await name.fill("mallory");
    await root.getByLabel(/^Remark of/).fill(script);
    await next(root);
    await complete(root, 1);
    await root.getByRole("link", { name: "mallory" }).click();
    await root.getByText(script).first().waitFor();
    await root.getByRole("tab", { name: "Security" }).click();
    await root.getByText("The user signs in with WeCom.").waitFor();
    await axe(root);
    expect(await root.evaluate(() => [(window as { marked?: number }).marked, document.querySelectorAll("img[src=x]").length])).toEqual([undefined, 0]);
  });
});
