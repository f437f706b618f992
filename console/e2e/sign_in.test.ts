import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { axe, call, fits, rootPassword, shot, signIn, test, totp, useServer } from "./lib";

const server = useServer();

const password = "Sub-User-Pass-1";

/** Makes a sub-user who may sign in, with the session of the root. */
async function addUser(page: Page, name: string, reset = 0): Promise<{ name: string; password: string }> {
  await call(page, "cam", "AddUser", { Name: name, ConsoleLogin: 1, Password: password, NeedResetPassword: reset });
  return { name, password };
}

async function signOut(page: Page): Promise<void> {
  await page.locator(".app-bar-right .ui-menu").last().locator("> button").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/console/sign-in");
}

describe("signing in", () => {
  test("the root comes in by uin and by name, and a wrong password says no more than that", async ({ open }) => {
    const { url, root } = server.current;
    const page = await open({ url });
    await page.goto("/console/");
    await page.waitForURL("**/console/sign-in");
    await expect.poll(() => page.title()).toBe("Sign in - hufu - access management");
    await axe(page);
    await shot(page, "sign-in");
    await page.getByLabel("Account ID or name").fill(root.uin);
    await page.getByLabel("Password").fill("Wrong-Password-1");
    await page.getByRole("button", { name: "Sign in" }).click();
    const alert = page.getByRole("alert");
    expect(await alert.innerText()).toContain("Wrong user or password.");
    expect(await alert.innerText()).toContain("AuthFailure.LoginFailed");
    await axe(page);
    await page.getByLabel("Account ID or name").fill("nobody-has-this-name");
    await page.getByLabel("Password").fill(rootPassword);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect.poll(() => alert.innerText()).toContain("Wrong user or password.");
    await page.getByLabel("Account ID or name").fill("root");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("navigation", { name: "Menu" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en-US");
  });

  test("a Chinese browser is spoken to in Chinese, and the choice of another language stays", async ({ open }) => {
    const { url, root } = server.current;
    const page = await open({ url, language: "zh-CN", theme: "dark", width: 1920, height: 1080 });
    await page.goto(`/login/subAccount/${root.uin}?username=nobody`);
    expect(await page.getByLabel("主账号 ID 或别名").inputValue()).toBe(root.uin);
    expect(await page.getByLabel("子用户名").inputValue()).toBe("nobody");
    await page.getByLabel("密码").fill("Wrong-Password-1");
    await page.getByRole("button", { name: "登录" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("用户名或密码错误。");
    await axe(page);
    await shot(page, "sign-in-wrong-zh-dark");
    await page.getByRole("button", { name: "语言" }).click();
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("a sub-user has to change the password that an administrator gave, and goes on to where he wanted", async ({ open }) => {
    const { url, root } = server.current;
    const admin = await open({ url });
    await signIn(admin, server.current);
    await addUser(admin, "newcomer", 1);
    const page = await open({ url, width: 640, height: 800, expected: [400] });
    await page.goto("/console/account/security");
    await page.waitForURL("**/console/sign-in?return=*");
    await page.getByRole("tab", { name: "Sub-user" }).click();
    await page.getByLabel("Root account ID or alias").fill(root.uin);
    await page.getByLabel("User name").fill("newcomer");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
    const change = page.getByRole("button", { name: "Change the password" });
    await page.getByLabel("New password", { exact: true }).fill("short");
    expect(await change.isDisabled()).toBe(true);
    await axe(page);
    await fits(page);
    await shot(page, "new-password");
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByLabel("New password again").fill(password);
    await change.click();
    expect(await page.getByRole("alert").innerText()).toContain("InvalidParameter.PasswordViolatedRules");
    await page.getByLabel("New password", { exact: true }).fill("Newcomer-Pass-2");
    await page.getByLabel("New password again").fill("Newcomer-Pass-2");
    await change.click();
    await page.waitForURL("**/console/account/security");
    await page.getByRole("heading", { name: "My security" }).waitFor();
  });

  test("whoever binds an authenticator app needs it from then on, or a recovery code, which is good once", async ({ open }) => {
    const { url } = server.current;
    const admin = await open({ url });
    await signIn(admin, server.current);
    const user = await addUser(admin, "careful");
    const page = await open({ url });
    await signIn(page, server.current, user);
    await page.goto("/console/account/security");
    await page.getByRole("button", { name: "Bind an app" }).click();
    await page.getByLabel("Password").fill(user.password);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("img", { name: "QR code of the secret" }).waitFor();
    await axe(page);
    await shot(page, "bind");
    const secret = await page.locator("dialog code").innerText();
    await page.getByLabel("Code that the app shows").fill(totp(secret, -1));
    await page.getByRole("button", { name: "Bind", exact: true }).click();
    await page.getByRole("heading", { name: "Recovery codes" }).waitFor();
    const codes = await page.locator(".sign-codes li").allInnerTexts();
    expect(codes.length).toBeGreaterThan(4);
    await shot(page, "recovery-codes");
    await page.getByRole("button", { name: "I have saved them, go on" }).click();
    await page.getByText("Bound since").waitFor();
    await axe(page);
    await signOut(page);

    const again = await open({ url });
    await enter(again, user);
    await again.getByRole("heading", { name: "Second factor" }).waitFor();
    await axe(again);
    await again.getByLabel("Code").fill("000000");
    await again.getByRole("button", { name: "Verify" }).click();
    await again.getByRole("alert").waitFor();
    await again.getByLabel("Code").fill(totp(secret));
    await again.getByRole("button", { name: "Verify" }).click();
    await again.getByRole("navigation", { name: "Menu" }).waitFor();
    await signOut(again);

    for (const good of [true, false]) {
      await enter(again, user);
      await again.getByRole("button", { name: "The device is not at hand" }).click();
      await again.getByLabel("Recovery code").fill(codes[0] ?? "");
      await again.getByRole("button", { name: "Verify" }).click();
      if (good) {
        await again.getByRole("navigation", { name: "Menu" }).waitFor();
        await signOut(again);
      } else {
        await again.getByRole("alert").waitFor();
      }
    }
  });

  test("a session that was ended shows nothing any more", async ({ open }) => {
    const { url } = server.current;
    const admin = await open({ url });
    await signIn(admin, server.current);
    const user = await addUser(admin, "twice");
    const one = await open({ url });
    await signIn(one, server.current, user);
    const two = await open({ url });
    await signIn(two, server.current, user);
    await two.goto("/console/account/security");
    await two.getByRole("button", { name: "End all other sessions" }).click();
    await two.getByText("1 session ended").waitFor();
    await one.getByRole("link", { name: "Account settings" }).click();
    await one.reload();
    await one.waitForURL("**/console/sign-in?return=*");
    const stolen = (await two.context().cookies()).filter((cookie) => cookie.name === "hufu_session");
    expect(stolen.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([{ httpOnly: true, sameSite: "Strict" }]);
    await signOut(two);
    await two.context().addCookies(stolen);
    await two.goto("/console/");
    await two.waitForURL("**/console/sign-in*");
  });

  test("wrong passwords lock the place that they come from, and neither the user's own browser nor for good", async ({ open }) => {
    const { url } = server.current;
    const admin = await open({ url });
    await signIn(admin, server.current);
    const { Rules } = await call<{ Rules: object }>(admin, "cam", "GetPasswordRules", {});
    await call(admin, "cam", "UpdatePasswordRules", { Rules: { ...Rules, RetryPasswordLimit: 3 } });
    const user = await addUser(admin, "guessed");
    const own = await open({ url });
    await signIn(own, server.current, user);
    await signOut(own);
    const stranger = await open({ url });
    for (let guess = 1; guess <= 3; guess++) {
      await enter(stranger, { ...user, password: `Guessed-Pass-${guess}` });
      await stranger.getByRole("alert").waitFor();
    }
    await enter(stranger, user);
    await expect.poll(() => stranger.getByRole("alert").innerText()).toContain("Wrong user or password.");
    await signIn(own, server.current, user);
    await admin.goto("/console/users?keyword=guessed");
    await admin.getByRole("link", { name: "guessed" }).click();
    await admin.getByRole("tab", { name: "Security" }).click();
    await admin.getByText("Sign-in is locked").waitFor();
    await axe(admin);
    await shot(admin, "locked");
    await admin.getByRole("button", { name: "Unlock" }).click();
    await admin.getByText("Sign-in is unlocked").waitFor();
    await enter(stranger, user);
    await stranger.getByRole("navigation", { name: "Menu" }).waitFor();
  });
});

async function enter(page: Page, user: { name: string; password: string }): Promise<void> {
  await page.goto(`/console/sign-in?type=user&account=${server.current.root.uin}&name=${user.name}`);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
