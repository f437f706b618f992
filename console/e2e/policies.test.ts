import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { axe, call, fits, shot, signIn, test, useServer, type Server } from "./lib";

const password = "Second-Password-2";

async function addUser(page: Page, name: string): Promise<number> {
  const { Uin } = await call<{ Uin: number }>(page, "cam", "AddUser", { Name: name, ConsoleLogin: 1, Password: password, NeedResetPassword: 0, UseApi: 0 });
  return Uin;
}

/** Chooses actions of a product in the dialog of a statement's card. */
async function chooseActions(page: Page, product: string, names: readonly string[]): Promise<void> {
  await page.getByRole("button", { name: "Choose actions" }).click();
  const dialog = page.getByRole("dialog", { name: "Choose actions" });
  await dialog.getByLabel("Product").selectOption(product);
  for (const name of names) {
    await dialog.getByLabel("Search actions").fill(name);
    await dialog.locator("li", { has: page.locator(`code:text-is("${name}")`) }).getByRole("checkbox").check();
  }
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.waitFor({ state: "detached" });
}

async function text(page: Page, label: string): Promise<string> {
  const lines = await page.locator(`[data-editor="${label}"] .cm-line`).allTextContents();
  return lines.join("\n");
}

describe("policies", () => {
  const server = useServer();
  const at = (): Server => server.current;

  test("a policy that is made of cards and attached turns a denial into an allow", async ({ open }) => {
    const root = await open({ url: at().url });
    await signIn(root, at());
    const uin = await addUser(root, "reader");
    const user = await open({ url: at().url, expected: [403] });
    await signIn(user, at(), { name: "reader", password });
    await user.goto("/console/groups");
    await user.getByText("AuthFailure.UnauthorizedOperation").waitFor();

    await root.goto("/console/policies");
    await root.getByRole("link", { name: "Create a policy" }).first().click();
    await root.getByRole("textbox", { name: "Name", exact: true }).fill("see-groups");
    await root.getByRole("button", { name: "Add a statement" }).click();
    await chooseActions(root, "cam", ["ListGroups"]);
    await root.getByText("Allows ListGroups (cam) on all resources.").first().waitFor();
    await axe(root);
    await root.getByRole("tab", { name: "JSON" }).click();
    await expect.poll(() => text(root, "What it says")).toContain('"action": ["cam:ListGroups"]');
    await root.getByText("The checks found nothing.").waitFor();
    await axe(root);
    await root.getByRole("button", { name: "Create", exact: true }).click();

    await root.getByRole("heading", { name: "see-groups", level: 1 }).waitFor();
    await root.getByRole("tab", { name: "Attached to" }).click();
    await root.getByRole("button", { name: "Attach to" }).click();
    await root.getByRole("button", { name: "Users", exact: true }).click();
    const dialog = root.getByRole("dialog", { name: "Attach see-groups" });
    await dialog.getByRole("checkbox", { name: /reader/ }).check();
    await axe(root);
    await shot(root, "policy-attach");
    await dialog.getByRole("button", { name: "Attach" }).click();
    await root.getByRole("link", { name: "reader" }).waitFor();

    await user.getByRole("button", { name: "Try again" }).click();
    await user.getByText("No user group yet").waitFor();

    // The way back: detached, it is denied again.
    await root.getByRole("button", { name: "Detach reader" }).click();
    await root.getByRole("dialog").getByRole("button", { name: "Detach" }).click();
    await root.getByText("It is attached to nobody").waitFor();
    await user.reload();
    await user.getByText("AuthFailure.UnauthorizedOperation").waitFor();
    await call(root, "cam", "DeleteUser", { Name: "reader", Force: 1 });
    expect(uin).toBeGreaterThan(0);
  });

  test("a new version is compared, and says who loses what before it counts", async ({ open }) => {
    const page = await open({ url: at().url });
    await signIn(page, at());
    const uin = await addUser(page, "holder");
    const document = JSON.stringify({ version: "2.0", statement: [{ effect: "allow", action: ["cam:GetUser", "cam:ListUsers"], resource: "*" }] });
    const { PolicyId } = await call<{ PolicyId: number }>(page, "cam", "CreatePolicy", { PolicyName: "two-actions", PolicyDocument: document });
    await call(page, "cam", "AttachUserPolicy", { PolicyId, AttachUin: uin });
    await page.goto(`/console/policies/${PolicyId}`);
    await page.getByText("Allows GetUser (cam) and ListUsers (cam) on all resources.").waitFor();
    await axe(page);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByRole("button", { name: "Remove cam:ListUsers" }).click();
    await page.getByRole("button", { name: "Review and save" }).click();
    const review = page.getByRole("dialog", { name: "Save as a new version" });
    await review.getByText("Loses", { exact: true }).waitFor();
    await review.getByRole("link", { name: "holder" }).waitFor();
    await review.locator(".cm-deletedText, .cm-changedText").first().waitFor();
    await axe(page);
    await shot(page, "policy-review");
    await review.getByRole("button", { name: "Save" }).click();
    await page.getByText("Allows GetUser (cam) on all resources.").waitFor();
    await page.getByRole("tab", { name: "Versions" }).click();
    await page.getByRole("button", { name: "Compare Version 1" }).click();
    await page.getByRole("dialog", { name: "Compare versions" }).getByText("Gains", { exact: true }).waitFor();
    await axe(page);
  });

  test("a copy is changed in cards and as text without loss, and is not left unsaved unasked", async ({ open }) => {
    const page = await open({ url: at().url });
    await signIn(page, at());
    const statements = [
      { effect: "allow", action: "cam:GetUser", resource: "*", condition: { numeric_less_than: { n: [1.5, "2"] }, ip_equal: { "qcs:ip": "10.0.0.0/8" } } },
      { effect: "deny", action: "cam:*", resource: ["qcs::cam:::uin/${uin}"], condition: { "for_any_value:string_like": { "qcs:request_tag": ["team&*"] } } },
    ];
    const { PolicyId } = await call<{ PolicyId: number }>(page, "cam", "CreatePolicy", { PolicyName: "original", PolicyDocument: JSON.stringify({ version: "2.0", statement: statements }) });
    await page.goto(`/console/policies/${PolicyId}`);
    await page.getByRole("link", { name: "Use as template" }).click();
    const name = page.getByRole("textbox", { name: "Name", exact: true });
    await name.waitFor();
    expect(await name.inputValue()).toBe("original-copy");
    const second = page.locator("section.statement").nth(1);
    await second.getByRole("radio", { name: "Allow" }).check();
    await second.getByLabel("Type of resource").waitFor();
    await second.getByRole("button", { name: "Duplicate: Statement 2" }).click();
    await page.getByRole("button", { name: "Remove Statement 3" }).click();
    await page.getByRole("tab", { name: "JSON" }).click();
    const changed = [statements[0], { ...statements[1], effect: "allow" }];
    await expect.poll(async () => JSON.parse((await text(page, "What it says")) || "{}") as unknown).toEqual({ version: "2.0", statement: changed });
    expect(await text(page, "What it says")).toContain('"n": [1.5, "2"]');

    await page.getByRole("link", { name: "Roles" }).click();
    const ask = page.getByRole("dialog", { name: "Leave without saving?" });
    await ask.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("heading", { name: "original-copy", level: 1 }).waitFor();
    await page.getByRole("link", { name: "Policies", exact: true }).first().click();
    await page.getByRole("link", { name: "original-copy" }).waitFor();
    await page.getByRole("button", { name: "Delete original-copy" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("link", { name: "original-copy" }).waitFor({ state: "detached" });
    await page.getByLabel("Product").selectOption("cam");
    await page.getByRole("link", { name: /^QcloudCam/i }).first().waitFor();
    await axe(page);
  });

  test("the text editor marks what is wrong, completes, and is left by Escape and Tab", async ({ open }) => {
    const page = await open({ url: at().url });
    await signIn(page, at());
    await page.goto("/console/policies/create");
    await page.getByRole("radio", { name: /^JSON/ }).check();
    const content = page.getByRole("textbox", { name: "What it says" });
    await content.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText('{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUsr","resource":"*"}]}');
    await page.getByText("ActionNotExist").waitFor();
    await page.locator(".cm-lintRange-error").waitFor();
    await page.getByRole("button", { name: "Format" }).click();
    await expect.poll(() => text(page, "What it says")).toContain('  "version": "2.0"');
    await page.keyboard.press("Control+End");
    await content.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText('{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListGro"');
    await page.getByText(/is not closed/).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Control+Space");
    await page.getByRole("option", { name: /cam:ListGroups\b/ }).first().click();
    await expect.poll(() => text(page, "What it says")).toContain('"cam:ListGroups"');
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-editor"))).toBeNull();
  });

  test("groups and roles are made, and a role's trust is set in cards", async ({ open }) => {
    const page = await open({ url: at().url });
    await signIn(page, at());
    await addUser(page, "member");
    await page.goto("/console/groups");
    await axe(page);
    await page.getByRole("button", { name: "Create a user group" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("auditors <b>");
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "auditors <b>" }).waitFor();
    await page.getByRole("button", { name: "Add members" }).click();
    await page.getByRole("dialog").getByRole("checkbox", { name: /member/ }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("link", { name: "member" }).waitFor();
    await axe(page);
    await page.getByRole("tab", { name: "Policies" }).click();
    await page.getByRole("button", { name: "Attach policies" }).click();
    await page.getByRole("dialog").getByLabel("Search policies by name").fill("AdministratorAccess");
    await page.getByRole("dialog").getByRole("checkbox", { name: /^AdministratorAccess/ }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Attach", exact: true }).click();
    await page.getByRole("link", { name: "AdministratorAccess" }).waitFor();

    await page.goto("/console/roles");
    await axe(page);
    await page.getByRole("link", { name: "Create a role" }).first().click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("robot");
    await page.getByLabel("Trusted").last().selectOption("service");
    await page.getByLabel(/^Service, such as/).fill("cvm.qcloud.com");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText(/Trusts account \d+ with those whom it allows and service cvm.qcloud.com/).first().waitFor();
    await axe(page);
    await fits(page);
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("heading", { name: "robot", level: 1 }).waitFor();
    for (const tab of ["Policies", "Settings"]) {
      await page.getByRole("tab", { name: tab }).click();
      await axe(page);
    }
    await call(page, "sts", "AssumeRole", { RoleArn: `qcs::cam::uin/${at().root.uin}:roleName/robot`, RoleSessionName: "night-shift" });
    await page.getByRole("tab", { name: "Sessions" }).click();
    await page.getByText("night-shift").waitFor();
    await axe(page);
    await shot(page, "role-sessions");
    await page.getByRole("button", { name: "Revoke all sessions" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke all sessions" }).click();
    await page.getByText("Revoked", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByLabel("Type robot to confirm").fill("robot");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No role yet").waitFor();
  });
});
