import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { axe, call, fits, shot, signIn, test, useServer, type Language } from "./lib";

const server = useServer();

const views: { language: Language; theme: "light" | "dark"; width: number }[] = [
  { language: "en-US", theme: "light", width: 1280 },
  { language: "zh-CN", theme: "dark", width: 1920 },
  { language: "zh-CN", theme: "light", width: 640 }, // 1280 at 200 %
];

describe("account settings", () => {
  for (const { language, theme, width } of views) {
    test(`every page of them is fit for everybody in ${language}, ${theme}, ${width} wide`, async ({ open }) => {
      const page = await open({ url: server.current.url, language, theme, width, height: width === 640 ? 400 : 800 });
      await signIn(page, server.current);
      for (const path of ["account", "account?tab=rules", "account?tab=wecom", "account/security"]) {
        await page.goto(`/console/${path}`);
        await page.locator("main h1").waitFor();
        await page.locator(".ui-skeleton").waitFor({ state: "detached" });
        await axe(page);
        await fits(page);
        await shot(page, `${path.replace(/\W/g, "-")}-${language}-${theme}-${width}`);
      }
    });
  }

  test("the alias signs sub-users in, and password rules hold for what they choose", async ({ open }) => {
    const { url } = server.current;
    const page = await open({ url });
    await signIn(page, server.current);
    await page.goto("/console/account");
    await page.getByLabel("Account alias").fill("12345");
    await page.getByText("3 to 32 of a-z, 0-9 and -, not digits alone.", { exact: true }).waitFor();
    await page.getByLabel("Account alias").fill("example-company");
    await page.getByLabel("A session ends without a call after").fill("20");
    await save(page);
    await page.getByRole("tab", { name: "Password rules" }).click();
    await page.getByLabel("Minimum length").fill("14");
    await page.getByRole("checkbox", { name: "special characters" }).uncheck();
    await save(page);
    await page.reload();
    expect(await page.getByLabel("Minimum length").inputValue()).toBe("14");
    expect(await page.getByRole("checkbox", { name: "special characters" }).isChecked()).toBe(false);

    await call(page, "cam", "AddUser", { Name: "ruled", ConsoleLogin: 1, Password: "A-Long-Password-1" });
    const user = await open({ url });
    await user.goto("/login/subAccount/example-company?username=ruled");
    await user.getByLabel("Password").fill("A-Long-Password-1");
    await user.getByRole("button", { name: "Sign in" }).click();
    await user.getByRole("navigation", { name: "Menu" }).waitFor();
    await user.goto("/console/account/security");
    await user.getByRole("button", { name: "Change the password" }).click();
    await axe(user);
    await user.getByLabel("Password up to now").fill("A-Long-Password-1");
    await user.getByLabel("New password", { exact: true }).fill("Short-1a");
    await user.getByLabel("New password again").fill("Short-1a");
    await user.locator("dialog").getByRole("button", { name: "Save" }).click();
    expect(await user.locator("dialog").getByRole("alert").innerText()).toContain("InvalidParameter.PasswordViolatedRules");
    await user.getByLabel("New password", { exact: true }).fill("AnotherPassword2");
    await user.getByLabel("New password again").fill("AnotherPassword2");
    await user.locator("dialog").getByRole("button", { name: "Save" }).click();
    await user.getByText("The password was changed").waitFor();
  });

  test("who may not see a setting is told so by code, sentence and request id", async ({ open }) => {
    const admin = await open({ url: server.current.url });
    await signIn(admin, server.current);
    await call(admin, "cam", "AddUser", { Name: "powerless", ConsoleLogin: 1, Password: "A-Long-Password-1" });
    const page = await open({ url: server.current.url });
    await signIn(page, server.current, { name: "powerless", password: "A-Long-Password-1" });
    await page.goto("/console/account?tab=rules");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    const text = await alert.innerText();
    expect(text).toContain("AuthFailure.UnauthorizedOperation");
    expect(text).toMatch(/Request ID: [0-9a-f-]{36}/);
    await axe(page);
    await page.goto("/console/account/security");
    await page.getByText("This session").waitFor();
  });
});

async function save(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved", { exact: true }).last().waitFor();
}
