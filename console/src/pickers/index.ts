// Choosers of policies, users, groups and roles, for dialogs and wizards: each is controlled by `value` and `onChange`.
export { BatchState, PickDialog, useBatch } from "./batch";
export type { Batch, Failure } from "./batch";
export { GroupPicker } from "./groups";
export type { PickedGroup } from "./groups";
export { Chosen } from "./picker";
export type { Picked, PickerProps } from "./picker";
export { PolicyPicker } from "./policies";
export type { PickedPolicy } from "./policies";
export { RolePicker } from "./roles";
export type { PickedRole } from "./roles";
export { UserPicker } from "./users";
export type { PickedUser } from "./users";
