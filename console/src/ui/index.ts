// Everything that pages are made of. Pages import from here and never from TDesign, so that the set of components can change in
// one place.
export { Button, Link, LinkButton } from "./button";
export type { ButtonProps } from "./button";
export { CopyButton, CopyText, Secret, csv, download } from "./copy";
export { MomentField } from "./dates";
export { ConfirmDanger, Dialog, Drawer, FormDialog } from "./dialog";
export {
  CellInput,
  Checkbox,
  Field,
  MultiSelectField,
  NumberField,
  PasswordField,
  RadioGroup,
  SearchBox,
  Select,
  SelectField,
  SwitchField,
  TextAreaField,
  TextField,
} from "./fields";
export type { FieldProps, Option } from "./fields";
export { Menu, MenuItem } from "./menu";
export { Alert, Broken, Empty, ErrorBoundary, ErrorNotice, Loaded, Skeleton, errorText, useFailure } from "./notice";
export { Card, KeyValue, Page, Row, Stack, usePageTitle } from "./page";
export type { Crumb } from "./page";
export { Pagination, useDelayed, usePaging } from "./pagination";
export type { Paging } from "./pagination";
export { ChoiceCard, Code, Progress, Status, Steps, Tag, Time, Wizard, format } from "./small";
export { DataTable } from "./table";
export type { Column } from "./table";
export { QrCode } from "./qr";
export { Tabs, useTabInAddress } from "./tabs";
export { Explained } from "./tip";
export { Toaster, toast } from "./toast";
export { Tree, TreeLevel } from "./tree";
export type { TreeNode } from "./tree";
export * from "./icons";
