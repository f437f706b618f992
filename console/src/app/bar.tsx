import { useNavigate } from "react-router";
import { useSession, useSignOut } from "@/api";
import { common, setLanguage, useLanguage, useText } from "@/i18n";
import { CopyText, LogoutIcon, Menu, MenuItem, ModeDarkIcon, ModeLightIcon, TranslateIcon, UserCircleIcon } from "@/ui";
import { frame } from "./messages";
import { useShownTheme, useTheme } from "./theme";

export function Mark() {
  return (
    <svg className="app-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 5v22M16 5c-6 0-9 4-9 9v8c0 3 2 5 5 5h4M16 5c6 0 9 4 9 9v8c0 3-2 5-5 5h-4" />
      <path d="M11 13h3M11 18h3M18 13h3M18 18h3" />
    </svg>
  );
}

export function LanguageMenu() {
  const text = useText(frame);
  const language = useLanguage();
  return (
    <Menu bar label={text("language")} icon={<TranslateIcon />} align="right">
      <MenuItem current={language === "en-US"} onClick={() => setLanguage("en-US")}>
        <span lang="en">English</span>
      </MenuItem>
      <MenuItem current={language === "zh-CN"} onClick={() => setLanguage("zh-CN")}>
        <span lang="zh">简体中文</span>
      </MenuItem>
    </Menu>
  );
}

export function ThemeMenu() {
  const text = useText(frame);
  const [theme, setTheme] = useTheme();
  const shown = useShownTheme();
  return (
    <Menu bar label={text("theme")} icon={shown === "dark" ? <ModeDarkIcon /> : <ModeLightIcon />} align="right">
      <MenuItem current={theme === "light"} onClick={() => setTheme("light")}>
        {text("themeLight")}
      </MenuItem>
      <MenuItem current={theme === "dark"} onClick={() => setTheme("dark")}>
        {text("themeDark")}
      </MenuItem>
      <MenuItem current={theme === "system"} onClick={() => setTheme("system")}>
        {text("themeSystem")}
      </MenuItem>
    </Menu>
  );
}

export function AccountMenu() {
  const text = useText(frame);
  const words = useText(common);
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { data: session } = useSession();
  if (!session) return null;
  const { Principal: me, Account: account } = session;
  const kind = me.Type === "root" ? "rootAccount" : me.WeCom ? "wecomUser" : "subUser";
  return (
    <Menu bar label={text("me", { name: me.Name })} icon={<UserCircleIcon />} caption={me.Name} align="right">
      <dl className="app-me">
        <dt>{words(kind)}</dt>
        <dd>{me.Name}</dd>
        <dt>{text("accountUin")}</dt>
        <dd>
          <CopyText value={me.Uin} label={`${words("copy")} ${text("accountUin")}`} />
        </dd>
        {me.Type !== "root" && (
          <>
            <dt>{text("mainUin")}</dt>
            <dd>
              <CopyText value={account.Uin} label={`${words("copy")} ${text("mainUin")}`} />
            </dd>
          </>
        )}
        <dt>{text("appId")}</dt>
        <dd>{account.AppId}</dd>
      </dl>
      <MenuItem onClick={() => void navigate("/account/security")} icon={<UserCircleIcon />}>
        {text("security")}
      </MenuItem>
      <MenuItem onClick={() => void signOut().finally(() => navigate("/sign-in"))} icon={<LogoutIcon />}>
        {text("signOut")}
      </MenuItem>
    </Menu>
  );
}
