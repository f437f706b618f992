import type { Messages } from "@/i18n";

export const picker = {
  searchPolicies: ["Search policies by name", "按名称搜索策略"],
  searchUsers: ["Search users by name, remark, phone, email or ID", "按名称、备注、手机、邮箱或 ID 搜索用户"],
  searchGroups: ["Search user groups by name", "按名称搜索用户组"],
  chosen: ["Chosen", "已选择"],
  nothingChosen: ["Nothing is chosen yet.", "尚未选择。"],
  taken: ["already there", "已添加"],
  scope: ["Kind of policies", "策略类型"],
  allPolicies: ["All policies", "全部策略"],
  preset: ["Preset policies", "预设策略"],
  custom: ["Custom policies", "自定义策略"],
  presetTag: ["Preset", "预设"],
  customTag: ["Custom", "自定义"],
  userId: ["User ID", "用户 ID"],
  groupId: ["Group ID", "用户组 ID"],
  roleId: ["Role ID", "角色 ID"],
  most: ["No more than {count} can be chosen.", "最多可选择 {count} 项。"],
  working: ["Working", "正在处理"],
  someFailed: ["Not done: {count}", "{count} 项未完成："],
} satisfies Messages;
