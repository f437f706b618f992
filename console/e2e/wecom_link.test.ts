import { describe, expect } from "vitest";
import { axe, fits, shot, signIn, test, useDemo } from "./lib";

const demo = useDemo();

describe("the link to an enterprise of WeCom", () => {
  test("shows the visible range, is taken away after its name was typed, and comes back with the right secret only", async ({ open }) => {
    const { url, root, wecom } = demo.current;
    const page = await open({ url });
    await signIn(page, demo.current);
    await page.goto("/console/account?tab=wecom");
    await page.getByText(wecom.corpId, { exact: true }).waitFor();
    await page.getByRole("button", { name: "Read the scope anew" }).click();
    await page.getByText("Linked", { exact: true }).first().waitFor();
    await axe(page);
    await fits(page);
    await shot(page, "wecom-linked");

    await page.getByRole("button", { name: "Unlink" }).click();
    const dialog = page.getByRole("dialog");
    const unlink = dialog.getByRole("button", { name: "Unlink" });
    expect(await unlink.isDisabled()).toBe(true);
    await dialog.getByLabel(`Type ${wecom.corpId} to confirm`).fill(wecom.corpId);
    await axe(page);
    await unlink.click();
    await page.getByText("Unlinked", { exact: true }).waitFor();
    await page.getByText("An administrator unlinked it.").waitFor();

    const visitor = await open({ url });
    await visitor.goto(`/console/sign-in?type=wecom&account=${root.uin}`);
    await visitor.getByRole("button", { name: "Continue with WeCom" }).click();
    await visitor.waitForURL("**/console/sign-in?*error=AuthFailure.WeComNotUser*");
    await visitor.getByText("You cannot sign in to this account with WeCom.", { exact: false }).waitFor();
    await axe(visitor);

    await page.getByRole("button", { name: "Link an enterprise" }).click();
    await dialog.getByLabel("Corp ID").fill(wecom.corpId);
    await dialog.getByLabel("AgentId").fill(wecom.agentId);
    await dialog.getByLabel("Secret", { exact: true }).fill("not-the-secret");
    await axe(page);
    await dialog.getByRole("button", { name: "Link", exact: true }).click();
    expect(await dialog.getByRole("alert").innerText()).toContain("InvalidParameterValue.WeComCredentials");
    await dialog.getByLabel("Secret", { exact: true }).fill(wecom.secret);
    await dialog.getByRole("button", { name: "Link", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("Linked", { exact: true }).first().waitFor();
    await page.getByText("Unlinked", { exact: true }).waitFor({ state: "detached" });
  });
});
