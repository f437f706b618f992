import type { Messages } from "@/i18n";

export const frame = {
  skip: ["Skip to the content", "跳到主要内容"],
  menu: ["Menu", "菜单"],
  openMenu: ["Open the menu", "展开菜单"],
  closeMenu: ["Close the menu", "收起菜单"],
  language: ["Language", "语言"],
  theme: ["Appearance", "外观"],
  themeLight: ["Light", "浅色"],
  themeDark: ["Dark", "深色"],
  themeSystem: ["As the system", "跟随系统"],
  me: ["Signed in as {name}", "当前登录：{name}"],
  accountUin: ["Account ID", "账号 ID"],
  mainUin: ["Root account ID", "主账号 ID"],
  appId: ["APPID", "APPID"],
  signOut: ["Sign out", "退出登录"],
  security: ["My security", "我的安全设置"],
  notFound: ["There is no such page", "页面不存在"],
  notFoundText: ["The address leads nowhere. The menu has all pages.", "该地址没有对应的页面，请从菜单进入。"],
  home: ["To the overview", "返回首页"],
} satisfies Messages;

/** Entries of the menu on the left, in its order. A page of src/routes.tsx names the entry that it is reached by. */
export const menu = {
  overview: ["Overview", "概览"],
  users: ["Users", "用户"],
  groups: ["User groups", "用户组"],
  policies: ["Policies", "策略"],
  roles: ["Roles", "角色"],
  keys: ["Access keys", "访问密钥"],
  audit: ["Audit", "操作审计"],
  analyzer: ["Access Analyzer", "访问分析"],
  account: ["Account settings", "账号设置"],
} satisfies Messages;
