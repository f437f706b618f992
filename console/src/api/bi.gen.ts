// Made by internal/contract/gen from api/. Do not edit.

export const version = "2022-01-05";

/** Where a table reads from an HTTP interface. */
export interface ApiDatasourceConfig {
  /** fields json data */
  FieldsJsonData?: string;
  /** connection type */
  ConnectionType?: number;
  /** frequency config */
  FrequencyConfig?: FrequencyConfig;
  /** url */
  Url?: string;
  /** request method */
  RequestMethod?: number;
  /** request header */
  RequestHeader?: string;
  /** request params */
  RequestParams?: string;
  /** request body */
  RequestBody?: string;
  /** name */
  UserName?: string;
  /** password */
  Password?: string;
  /** authorization type */
  AuthorizationType?: number;
  /** table id */
  TableId?: number;
  /** json path db name map */
  JsonPathDbNameMap?: string;
  /** auth api */
  AuthApi?: string;
  /** app key */
  AppKey?: string;
  /** app secret */
  AppSecret?: string;
  /** secret key */
  SecretKey?: string;
  /** secret iv */
  SecretIv?: string;
}

/** An API key. */
export interface ApiKeyAuthApplyVO {
  /** id */
  Id: number;
  /** enterprise: the root's uin */
  CorpId: string;
  /** the key */
  ApiKey: string;
  /** user that the key acts as */
  DefaultUser: string;
  /** who made it */
  CreatedUser: string;
  /** when it was made */
  CreatedAt: string;
  /** who changed it last */
  UpdatedUser: string;
  /** when it was changed last */
  UpdatedAt: string;
}

/** A page of API keys. */
export interface ApiKeyAuthApplyVOList {
  /** elements in all pages */
  Total: number;
  /** pages */
  TotalPages: number;
  /** the elements */
  List: ApiKeyAuthApplyVO[];
}

/** Whether a token was renewed. */
export interface ApplyEmbedTokenInfo {
  /** whether it was done */
  Result: boolean;
}

/** What may be done with an object. */
export interface BaseStateAction {
  /** show edit */
  ShowEdit: boolean;
  /** is edit */
  IsEdit: boolean;
  /** edit text */
  EditText: string;
  /** edit tips */
  EditTips: string;
  /** show del */
  ShowDel: boolean;
  /** is del */
  IsDel: boolean;
  /** del text */
  DelText: string;
  /** del tips */
  DelTips: string;
  /** show copy */
  ShowCopy: boolean;
  /** show view */
  ShowView: boolean;
  /** show rename */
  ShowRename: boolean;
}

/** A page of users. */
export interface CorpUserListData {
  /** the elements */
  List: UserIdAndUserName[];
  /** elements in all pages */
  Total: number;
  /** pages */
  TotalPages: number;
}

/** A tag that was made. */
export interface CreateTagTableVO {
  /** id */
  Id: number;
}

/** A project that was made. */
export interface Data {
  /** id */
  Id: number;
  /** always null */
  EditUrl: string | null;
}

/** The id of what was made. */
export interface DataId {
  /** id */
  Id: number;
}

/** A data source. */
export interface DatasourceInfo {
  /** id */
  Id: number;
  /** db name */
  DbName: string;
  /** service type */
  ServiceType: string;
  /** source name */
  SourceName: string;
  /** db type */
  DbType: string;
  /** db host */
  DbHost: string;
  /** db port */
  DbPort: number;
  /** db user */
  DbUser: string;
  /** charset */
  Charset: string;
  /** when it was made */
  CreatedAt: string;
  /** when it was changed last */
  UpdatedAt: string;
  /** who made it */
  CreatedUser: string;
  /** catalog */
  Catalog: string;
  /** connect type */
  ConnectType: string;
  /** id of the project */
  ProjectId: string;
  /** desc */
  Desc: string;
  /** always UNVERIFIED */
  Status: string;
  /** source plat */
  SourcePlat: string;
  /** extra param */
  ExtraParam: string;
  /** add info */
  AddInfo: string;
  /** name of the project */
  ProjectName: string;
  /** engine type */
  EngineType: string;
  /** manager */
  Manager: string;
  /** operator whitelist */
  OperatorWhitelist: string;
  /** vpc id */
  VpcId: string;
  /** uniq vpc id */
  UniqVpcId: string;
  /** region id */
  RegionId: string;
  /** state action */
  StateAction: BaseStateAction;
  /** who changed it last */
  UpdatedUser: string;
  /** permission list */
  PermissionList: PermissionGroup[];
  /** rights of the caller */
  AuthList: string[];
  /** data origin */
  DataOrigin: string;
  /** data origin project id */
  DataOriginProjectId: string;
  /** data origin datasource id */
  DataOriginDatasourceId: string;
  /** cluster id */
  ClusterId: string;
  /** db type name */
  DbTypeName: string;
  /** use vpc */
  UseVPC: boolean;
  /** user that owns it */
  Owner: string;
  /** name of the owner */
  OwnerName: string;
  /** schema */
  Schema: string;
  /** db version */
  DbVersion: string;
}

/** A page of data sources. */
export interface DatasourceInfoData {
  /** the elements */
  List: DatasourceInfo[];
  /** elements in all pages */
  Total: number;
  /** pages */
  TotalPages: number;
}

/** A page of group members. */
export interface DescribeUserGroupMemberPageListContainer {
  /** the elements */
  List: UserGroupMemberVO[];
  /** elements in all pages */
  Total: number;
  /** pages */
  TotalPages: number;
}

/** A tag that was changed. */
export interface EditTagVO {
  /** as in the request */
  TranId: string;
  /** 2: done */
  TranStatus: number;
  /** id */
  Id: number;
}

/** An embed token. */
export interface EmbedTokenInfo {
  /** id */
  Id: number;
  /** the token; several are separated by commas */
  BIToken: string;
  /** id of the project */
  ProjectId: string;
  /** who made it */
  CreatedUser: string;
  /** when it was made */
  CreatedAt: string;
  /** who changed it last */
  UpdatedUser: string;
  /** when it was changed last */
  UpdatedAt: string;
  /** page id */
  PageId: string | null;
  /** extra param */
  ExtraParam: string;
  /** scope */
  Scope: string;
  /** minutes */
  ExpireTime: number;
  /** enterprise: the root's uin */
  UserCorpId: string;
  /** user: uin or name of a sub-account, or the root's uin */
  UserId: string;
  /** how often a token may be used, 0 for no limit */
  TicketNum: number;
  /** filters, as JSON */
  GlobalParam: string;
  /** intention */
  Intention: string;
  /** 100 for nobody, 200 one token of a user, 300 several */
  TokenType: number;
  /** number of tokens */
  TokenNum: number;
  /** single user multi token */
  SingleUserMultiToken: boolean;
  /** config param */
  ConfigParam: string;
}

/** What stands for an empty value. */
export interface EmptyValue {
  /** type */
  Type?: string;
  /** custom */
  Custom?: string;
}

/** What stands for empty values of a field. */
export interface EmptyValueConfig {
  /** number */
  Number?: EmptyValue;
  /** string */
  String?: EmptyValue;
}

/** What a success came short of. */
export interface ErrorInfo {
  /** error tip */
  ErrorTip: string;
  /** error message */
  ErrorMessage: string;
  /** error level */
  ErrorLevel: string;
  /** doc link */
  DocLink: string;
  /** faq */
  FAQ: string;
  /** reserved field */
  ReservedField: string;
}

/** Remarks about a field. */
export interface FieldRemarkDTO {
  /** field name */
  FieldName?: string;
  /** comment */
  Comment?: string[];
}

/** When a table is refreshed. */
export interface FrequencyConfig {
  /** frequency */
  Frequency?: string;
  /** dates */
  Dates?: number[];
  /** time */
  Time?: string;
  /** interval time */
  IntervalTime?: number;
  /** interval time unit */
  IntervalTimeUnit?: number;
  /** hours */
  Hours?: number[];
  /** minute */
  Minute?: number[];
}

/** The id of what was made. */
export interface IdDTO {
  /** id */
  Id: number;
  /** access key */
  AccessKey: string;
  /** id of the project */
  ProjectId: number;
  /** tran id */
  TranId: string;
  /** tran status */
  TranStatus: number;
}

/** A join of two tables. */
export interface JoinRelation {
  /** join id */
  JoinId?: string;
  /** source table node id */
  SourceTableNodeId?: string;
  /** target table node id */
  TargetTableNodeId?: string;
  /** join type */
  JoinType?: string;
  /** fields */
  Fields?: JoinRelationField[];
}

/** A pair of fields that are joined. */
export interface JoinRelationField {
  /** field join id */
  FieldJoinId?: string;
  /** source field */
  SourceField?: TableField;
  /** target field */
  TargetField?: TableField;
}

/** A table of a join. */
export interface JoinSourceTable {
  /** table node type */
  TableNodeType?: number;
  /** table node id */
  TableNodeId?: string;
  /** group above, -1 for none */
  ParentId?: string;
  /** table id */
  TableId?: string;
  /** table name */
  TableName?: string;
  /** fields */
  Fields?: TableField[];
  /** datasource id */
  DatasourceId?: number;
  /** table alias */
  TableAlias?: string;
}

/** A tag that was changed. */
export interface ModifyTagTableVO {
  /** id */
  Id: number;
}

/** Pictures of a page. */
export interface PageScreenListVO {
  /** pic type */
  PicType: string;
  /** the elements */
  List: PageScreenVO[];
  /** tran id */
  TranId: string;
  /** tran status */
  TranStatus: number;
}

/** A picture. */
export interface PageScreenVO {
  /** content */
  Content: string;
  /** widget id */
  WidgetId: string;
}

/** A parameter of a query. */
export interface ParamCreateDTO {
  /** param name */
  ParamName?: string;
  /** default value */
  DefaultValue?: string;
  /** param type */
  ParamType?: string;
  /** format rule */
  FormatRule?: string;
  /** complex type */
  ComplexType?: string;
  /** scope */
  Scope?: string;
}

/** A part that permissions are given on. */
export interface PermissionComponent {
  /** module id */
  ModuleId: string;
  /** include type */
  IncludeType: string;
  /** upgrade version type */
  UpgradeVersionType: string;
  /** tips */
  Tips: string;
  /** tips key */
  TipsKey: string;
}

/** Parts that permissions are given on. */
export interface PermissionGroup {
  /** module group */
  ModuleGroup: string;
  /** components */
  Components: PermissionComponent[];
}

/** A project. */
export interface Project {
  /** id */
  Id: number;
  /** logo */
  Logo: string;
  /** name */
  Name: string;
  /** color code */
  ColorCode: string;
  /** who made it */
  CreatedUser: string;
  /** when it was made */
  CreatedAt: string;
  /** users with a role */
  MemberCount: number;
  /** always 0 */
  PageCount: number;
  /** last modify name */
  LastModifyName: string | null;
  /** source */
  Source: string;
  /** apply */
  Apply: boolean;
  /** who changed it last */
  UpdatedUser: string;
  /** when it was changed last */
  UpdatedAt: string;
  /** enterprise: the root's uin */
  CorpId: string;
  /** mark */
  Mark: string;
  /** opaque */
  Seed: string;
  /** rights of the caller */
  AuthList: string[];
  /** opaque */
  PanelScope: string;
  /** is external manage */
  IsExternalManage: boolean;
  /** manage platform */
  ManagePlatform: string;
  /** config list */
  ConfigList: ProjectConfigList[];
  /** created user name */
  CreatedUserName: string;
  /** user that owns it */
  Owner: string;
  /** name of the owner */
  OwnerName: string;
  /** normal count */
  NormalCount: number;
  /** free count */
  FreeCount: number;
  /** adhoc count */
  AdhocCount: number;
  /** briefing count */
  BriefingCount: number;
}

/** Settings of a project. */
export interface ProjectConfigList {
  /** module group */
  ModuleGroup: string;
  /** components */
  Components: ProjectConfigResult[];
}

/** A setting of a project. */
export interface ProjectConfigResult {
  /** module id */
  ModuleId: string;
  /** include type */
  IncludeType: string;
  /** params */
  Params: string;
}

/** A page of projects. */
export interface ProjectListData {
  /** the elements */
  List: Project[];
  /** elements in all pages */
  Total: number;
  /** pages */
  TotalPages: number;
}

/** A row or column rule. */
export interface RankInfo {
  /** type */
  Type: string;
  /** mode */
  Mode: string;
  /** ruler info */
  RulerInfo: string;
  /** id of the role */
  RoleId: number;
  /** kind of the role */
  RoleType: string;
  /** table id */
  TableId: number;
  /** row column config list */
  RowColumnConfigList: RowColumnConfig[];
}

/** A right on a page. */
export interface ResourceDTO {
  /** the right, up to 64 letters: PageView, PageShareAndIframe or one of the engine's */
  ResourceName: string;
  /** whether it is given */
  ResourceValue: boolean;
  /** false where it comes from a group above */
  CanChange: boolean;
  /** why it cannot be changed */
  Tips: string;
}

/** A right on a page. */
export interface ResourceItem {
  /** the right, up to 64 letters: PageView, PageShareAndIframe or one of the engine's */
  ResourceName?: string;
  /** whether it is given */
  ResourceValue?: boolean;
  /** ignored */
  CanChange?: boolean;
  /** ignored */
  Tips?: string;
}

/** Rights on a page. */
export interface ResourceListDTO {
  /** the page */
  EntityId?: number;
  /** ignored */
  NodeType?: number;
  /** rights */
  ResourceList?: ResourceItem[];
}

/** Values of a tag to look for. */
export interface ResourceTagValue {
  /** the tag; 0 or absent: found by its name */
  Id?: number;
  /** name of the tag */
  Name?: string;
  /** values; none: any */
  Values?: string[];
}

/** A role. */
export interface Role {
  /** id */
  Id: number;
  /** name of the role */
  RoleName: string;
  /** enterprise: the root's uin */
  CorpId: string;
  /** kind of the role */
  RoleType: string;
  /** scope */
  Scope: string;
  /** description */
  Description: string;
  /** when it was made */
  CreatedAt: string;
  /** who made it */
  CreatedUser: string;
  /** when it was changed last */
  UpdatedAt: string;
  /** who changed it last */
  UpdatedUser: string;
  /** 1 enterprise, 0 project */
  ScopeType: number;
  /** whether it can be granted */
  CanChoose: boolean;
  /** code of the role */
  ModuleCollection: string;
}

/** A rule for users with certain tag values. */
export interface RowColumnConfig {
  /** the rule: JSON */
  RulerInfo?: string;
  /** tags and values that the rule is for */
  TagValueList: RowColumnTagValue[];
}

/** Whether a rule is open. */
export interface RowColumnStatus {
  /** table id */
  TableId: number;
  /** type */
  Type: string;
  /** mode */
  Mode: string;
  /** open status */
  OpenStatus: string;
  /** kind of the role */
  RoleType: string;
  /** id of the role */
  RoleId: number;
}

/** Values of a tag. */
export interface RowColumnTagValue {
  /** the tag; 0 or absent: found by its name */
  Id?: number;
  /** name of the tag */
  Name?: string;
  /** values */
  Values: string[];
}

/** A column of a table. */
export interface TableColumn {
  /** db name */
  DbName: string;
  /** alias name */
  AliasName: string;
  /** db type */
  DbType: string;
  /** field type */
  FieldType: string;
  /** mark */
  Mark: string;
  /** excel name */
  ExcelName: string;
  /** dict id */
  DictId: number;
  /** dict name */
  DictName: string;
  /** table node id */
  TableNodeId: string;
  /** table name */
  TableName: string;
  /** field complex type */
  FieldComplexType: string;
  /** format rule */
  FormatRule: string;
  /** is filter */
  IsFilter: boolean;
  /** calc type */
  CalcType: string;
  /** calc formula */
  CalcFormula: string;
  /** calc desc */
  CalcDesc: string;
  /** json path name */
  JsonPathName: string;
  /** granularity */
  Granularity: string;
  /** geo json id */
  GeoJsonId: number;
  /** empty value config */
  EmptyValueConfig: EmptyValueConfig;
  /** db field name */
  DbFieldName: string;
  /** is copy operation */
  IsCopyOperation: boolean;
  /** is copy from normal */
  IsCopyFromNormal: boolean;
}

/** The columns of a table. */
export interface TableColumnListData {
  /** the elements */
  List: TableColumn[];
  /** tran id */
  TranId: string;
  /** tran status */
  TranStatus: number;
}

/** A field of a table. */
export interface TableField {
  /** db name */
  DbName: string;
  /** alias name */
  AliasName: string;
  /** db type */
  DbType: string;
  /** field type */
  FieldType: string;
  /** field complex type */
  FieldComplexType?: string;
  /** mark */
  Mark?: string;
  /** format rule */
  FormatRule?: string;
  /** is filter */
  IsFilter?: boolean;
  /** calc type */
  CalcType?: string;
  /** calc formula */
  CalcFormula?: string;
  /** calc desc */
  CalcDesc?: string;
  /** dict id */
  DictId?: number;
  /** dict name */
  DictName?: string;
  /** table node id */
  TableNodeId?: string;
  /** excel name */
  ExcelName?: string;
  /** table name */
  TableName?: string;
  /** json path name */
  JsonPathName?: string;
  /** granularity */
  Granularity?: string;
  /** geo json id */
  GeoJsonId?: number;
  /** empty value config */
  EmptyValueConfig?: EmptyValueConfig;
  /** db field name */
  DbFieldName?: string;
  /** is copy operation */
  IsCopyOperation?: boolean;
  /** is copy from normal */
  IsCopyFromNormal?: boolean;
}

/** A user group. */
export interface UserGroupDTO {
  /** id */
  Id: number;
  /** name of the group */
  GroupName: string;
  /** group above, -1 for none */
  ParentId: number;
  /** 1 for the default group */
  IsDefault: number;
  /** user that administers the group */
  AdminUserId: string;
  /** description */
  Description: string;
  /** place among its siblings */
  Location: number;
}

/** A member of a group. */
export interface UserGroupMemberVO {
  /** name */
  UserName: string;
  /** user: uin or name of a sub-account, or the root's uin */
  UserId: string;
  /** created by */
  CreatedBy: string | null;
  /** created on */
  CreatedOn: string;
}

/** A page of user groups. */
export interface UserGroupPageTreeVO {
  /** the elements */
  List: UserGroupTreeVO[];
  /** elements in all pages */
  Total: number;
  /** pages */
  TotalPages: number;
}

/** A group, with or without those below it. */
export interface UserGroupTreeNodeDTO {
  /** group id */
  GroupId?: number;
  /** with all groups below */
  QueryChildNodes?: boolean;
}

/** A node of the tree of user groups. */
export interface UserGroupTreeVO {
  /** id */
  Id: number;
  /** name of the group */
  GroupName: string;
  /** group above, -1 for none */
  ParentId: number;
  /** name of the group above */
  ParentName: string | null;
  /** 1 for the default group */
  IsDefault: number;
  /** user that administers the group */
  AdminUserId: string;
  /** users */
  UserList: UserVO[] | null;
  /** description */
  Description: string | null;
  /** place among its siblings */
  Location: number;
  /** groups below, where they were asked for */
  Children: UserGroupTreeVO[] | null;
  /** whether there are groups below */
  HasChildren: boolean;
  /** rights */
  ResourceList: ResourceDTO[] | null;
}

/** What is changed of a user group. */
export interface UserGroupUpdateDTO {
  /** user that administers the group */
  AdminUserId?: string;
  /** description */
  Description?: string;
  /** name of the group */
  GroupName?: string;
  /** place among its siblings, from 1; -1: the last */
  Location?: number;
  /** group above, -1 for none */
  ParentId?: number;
  /** the group; needed */
  Id?: number;
  /** ignored */
  ParentName?: string;
}

/** A user of a group. */
export interface UserGroupUserInfoVO {
  /** user: uin or name of a sub-account, or the root's uin */
  UserId: string;
  /** name */
  UserName: string;
}

/** A user group. */
export interface UserGroupVO {
  /** id */
  Id: number;
  /** name of the group */
  GroupName: string;
  /** group above, -1 for none */
  ParentId: number;
  /** name of the group above */
  ParentName: string | null;
  /** 1 for the default group */
  IsDefault: number;
  /** user that administers the group */
  AdminUserId: string;
  /** description */
  Description: string;
  /** place among its siblings */
  Location: number;
  /** users */
  UserList: UserGroupUserInfoVO[] | null;
}

/** A BI user. */
export interface UserIdAndUserName {
  /** user: uin or name of a sub-account, or the root's uin */
  UserId?: string;
  /** name */
  UserName?: string;
  /** enterprise: the root's uin */
  CorpId?: string;
  /** mail address */
  Email?: string;
  /** last login, ISO 8601 */
  LastLogin?: string;
  /** 1 enabled, 0 disabled */
  Status?: number;
  /** always 0 */
  FirstModify?: number;
  /** phone number */
  PhoneNumber?: string;
  /** country code of the phone number */
  AreaCode?: string;
  /** who made it */
  CreatedUser?: string;
  /** when it was made */
  CreatedAt?: string;
  /** who changed it last */
  UpdatedUser?: string;
  /** when it was changed last */
  UpdatedAt?: string;
  /** strongest enterprise role */
  GlobalUserName?: string;
  /** code of the strongest enterprise role */
  GlobalUserCode?: string;
  /** phone number */
  Mobile?: string;
  /** application of the connected messenger */
  AppId?: string;
  /** id in the connected messenger */
  AppUserId?: string;
  /** nickname in the connected messenger */
  AppUserAliasName?: string;
  /** name in the connected messenger */
  AppUserName?: string;
  /** whether the user is in the range that the application can see */
  InValidateAppRange?: boolean;
  /** -1 not needed, 0 not confirmed, 1 confirmed */
  EmailActivationStatus?: number;
  /** id */
  Id?: number;
  /** lark app id */
  LarkAppId?: string;
  /** lark user id */
  LarkUserId?: string;
  /** open id in Lark */
  LarkOpenId?: string;
  /** lark user name */
  LarkUserName?: string;
}

/** A BI user as it is added. */
export interface UserInfo {
  /** user: uin or name of a sub-account, or the root's uin */
  UserId?: string;
  /** name */
  UserName?: string;
  /** mail address */
  Email?: string;
  /** phone number */
  PhoneNumber?: string;
  /** country code of the phone number */
  AreaCode?: string;
  /** id in the connected messenger */
  AppUserId?: string;
  /** name in the connected messenger */
  AppUserName?: string;
  /** open id in Lark */
  LarkOpenId?: string;
}

/** Rights of a user or group on pages. */
export interface UserResourceDTO {
  /** enterprise: the root's uin */
  CorpId?: string;
  /** user, where the request names none */
  UserId?: string;
  /** ignored */
  UserName?: string;
  /** rights */
  ResourceList?: ResourceItem[];
}

/** A page of users with their roles. */
export interface UserRoleListData {
  /** elements in all pages */
  Total: number;
  /** pages */
  TotalPages: number;
  /** the elements */
  List: UserRoleListDataUserRoleInfo[];
}

/** A role that a user has. */
export interface UserRoleListDataRoleInfo {
  /** name of the role */
  RoleName: string;
  /** id of the role */
  RoleId: number;
  /** id of the project */
  ProjectId: number;
  /** name of the project */
  ProjectName: string;
  /** 1 enterprise, 0 project */
  ScopeType: number;
  /** code of the role */
  ModuleCollection: string;
}

/** A user with its roles. */
export interface UserRoleListDataUserRoleInfo {
  /** id */
  Id: number;
  /** roles */
  RoleList: UserRoleListDataRoleInfo[];
  /** ids of roles */
  RoleIdList: number[];
  /** user: uin or name of a sub-account, or the root's uin */
  UserId: string;
  /** name */
  UserName: string;
  /** enterprise: the root's uin */
  CorpId: string;
  /** mail address */
  Email: string;
  /** who made it */
  CreatedUser: string;
  /** when it was made */
  CreatedAt: string;
  /** who changed it last */
  UpdatedUser: string;
  /** when it was changed last */
  UpdatedAt: string;
  /** last login, ISO 8601 */
  LastLogin: string | null;
  /** 1 enabled, 0 disabled */
  Status: number;
  /** phone number */
  PhoneNumber: string;
  /** country code of the phone number */
  AreaCode: string;
  /** whether it is the root */
  RootAccount: boolean;
  /** whether it is an enterprise administrator */
  CorpAdmin: boolean;
  /** id in the connected messenger */
  AppUserId: string | null;
  /** nickname in the connected messenger */
  AppUserAliasName: string | null;
  /** name in the connected messenger */
  AppUserName: string | null;
  /** whether the user is in the range that the application can see */
  InValidateAppRange: boolean | null;
  /** open id in the connected messenger */
  AppOpenUserId: string | null;
  /** -1 not needed, 0 not confirmed, 1 confirmed */
  EmailActivationStatus: number;
  /** groups of the user */
  UserGroupList: UserGroupDTO[];
}

/** A tag and its value for a user. */
export interface UserTagInfo {
  /** the tag; 0 or absent: found by its name */
  Id?: number;
  /** name */
  Name?: string;
  /** value, at most 255 characters; empty: none */
  Value?: string;
  /** ignored */
  IsExternalManage?: boolean;
  /** ignored */
  ManagePlatform?: string;
  /** ignored */
  ImportType?: string;
}

/** A user. */
export interface UserVO {
  /** user: uin or name of a sub-account, or the root's uin */
  UserId: string;
  /** name */
  UserName: string;
}

/** The widgets of a page. */
export interface WidgetListVO {
  /** enterprise: the root's uin */
  CorpId: string;
  /** id of the project */
  ProjectId: string;
  /** page id */
  PageId: string;
  /** widget list */
  WidgetList: WidgetVO[];
}

/** A widget. */
export interface WidgetVO {
  /** widget id */
  WidgetId: string;
  /** widget name */
  WidgetName: string;
}

export interface ApplyEmbedIntervalRequest {
  /** id of the project */
  ProjectId?: number;
  /** page id */
  PageId?: number;
  /** the token; several are separated by commas */
  BIToken?: string;
  /** extra param */
  ExtraParam?: string;
  /** intention */
  Intention?: string;
  /** scope */
  Scope?: string;
}

export interface ApplyEmbedIntervalResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: ApplyEmbedTokenInfo;
}

export interface ClearEmbedTokenRequest {
  /** id of the project */
  ProjectId: string;
  /** enterprise: the root's uin */
  UserCorpId: string;
  /** scope */
  Scope: string;
  /** page id */
  PageId?: string;
}

export interface ClearEmbedTokenResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: boolean;
}

export interface CreateAuthApiKeyRequest {
  /** user that the key acts as */
  DefaultUser?: string;
}

export interface CreateAuthApiKeyResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: ApiKeyAuthApplyVO;
}

export interface CreateCorpTagRequest {
  /** name, 1 to 64 characters, unique */
  Name?: string;
}

export interface CreateCorpTagResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: DataId;
}

export interface CreateDataTableRequest {
  /** type */
  Type: number;
  /** name */
  Name: string;
  /** id of the project */
  ProjectId: number;
  /** fold id */
  FoldId?: number;
  /** datasource id */
  DatasourceId?: string;
  /** table name */
  TableName?: string;
  /** sql */
  Sql?: string;
  /** excel url */
  ExcelUrl?: string;
  /** fields */
  Fields?: TableField[];
  /** table node type */
  TableNodeType?: number;
  /** tables */
  Tables?: JoinSourceTable[];
  /** joins */
  Joins?: JoinRelation[];
  /** ext info */
  ExtInfo?: string;
  /** async request */
  AsyncRequest?: boolean;
  /** parent tran id */
  ParentTranId?: string;
  /** api datasource config */
  ApiDatasourceConfig?: ApiDatasourceConfig;
  /** param list */
  ParamList?: ParamCreateDTO[];
  /** dlc ext info */
  DlcExtInfo?: string;
  /** query db data */
  QueryDbData?: string;
  /** table comment */
  TableComment?: string;
  /** query field remark */
  QueryFieldRemark?: number;
  /** field remark list */
  FieldRemarkList?: FieldRemarkDTO[];
}

export interface CreateDataTableResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: IdDTO | null;
}

export interface CreateDatasourceRequest {
  /** host */
  DbHost: string;
  /** db port */
  DbPort: number;
  /** service type */
  ServiceType: string;
  /** db type */
  DbType: string;
  /** charset */
  Charset: string;
  /** db user */
  DbUser: string;
  /** password */
  DbPwd: string;
  /** db name */
  DbName: string;
  /** source name */
  SourceName: string;
  /** id of the project */
  ProjectId: number;
  /** catalog */
  Catalog?: string;
  /** data origin */
  DataOrigin?: string;
  /** data origin project id */
  DataOriginProjectId?: string;
  /** data origin datasource id */
  DataOriginDatasourceId?: string;
  /** extra param */
  ExtraParam?: string;
  /** uniq vpc id */
  UniqVpcId?: string;
  /** vip */
  Vip?: string;
  /** vport */
  Vport?: string;
  /** vpc id */
  VpcId?: string;
  /** operation auth limit */
  OperationAuthLimit?: string[];
  /** use vpc */
  UseVPC?: boolean;
  /** region id */
  RegionId?: string;
  /** schema */
  Schema?: string;
  /** db version */
  DbVersion?: string;
}

export interface CreateDatasourceResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: IdDTO;
}

export interface CreateDatasourceCloudRequest {
  /** service type */
  ServiceType: string;
  /** db type */
  DbType: string;
  /** charset */
  Charset: string;
  /** db user */
  DbUser: string;
  /** password */
  DbPwd: string;
  /** db name */
  DbName: string;
  /** source name */
  SourceName: string;
  /** id of the project */
  ProjectId: string;
  /** vip */
  Vip?: string;
  /** vport */
  Vport?: string;
  /** vpc id */
  VpcId?: string;
  /** uniq vpc id */
  UniqVpcId?: string;
  /** region id */
  RegionId?: string;
  /** extra param */
  ExtraParam?: string;
  /** instance id */
  InstanceId?: string;
  /** prod db name */
  ProdDbName?: string;
  /** data origin */
  DataOrigin?: string;
  /** data origin project id */
  DataOriginProjectId?: string;
  /** data origin datasource id */
  DataOriginDatasourceId?: string;
  /** cluster id */
  ClusterId?: string;
  /** schema */
  Schema?: string;
  /** db version */
  DbVersion?: string;
}

export interface CreateDatasourceCloudResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: IdDTO;
}

export interface CreateEmbedTokenRequest {
  /** id of the project */
  ProjectId?: number;
  /** page id */
  PageId?: number;
  /** intention */
  Intention?: string;
  /** scope */
  Scope?: string;
  /** minutes */
  ExpireTime?: string;
  /** extra param */
  ExtraParam?: string;
  /** enterprise: the root's uin */
  UserCorpId?: string;
  /** user: uin or name of a sub-account, or the root's uin */
  UserId?: string;
  /** how often a token may be used, 0 for no limit */
  TicketNum?: number;
  /** filters, as JSON */
  GlobalParam?: string;
  /** 100 for nobody, 200 one token of a user, 300 several */
  TokenType?: number;
  /** number of tokens */
  TokenNum?: number;
  /** config param */
  ConfigParam?: string;
}

export interface CreateEmbedTokenResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: EmbedTokenInfo;
}

export interface CreatePermissionRanksRequest {
  /** table, which the engine knows; needed */
  TableId?: number;
  /** ALL (default), Specify or TAG, in any case */
  Mode?: string;
  /** Others (default) or ROLES, in any case */
  RoleType?: string;
  /** role of the project, for ROLES */
  RoleId?: number;
  /** the rule: JSON, at most 64 KiB */
  RulerInfo?: string;
  /** ROW (default) or COLUMN, in any case */
  Type?: string;
  /** Close (default) or Open, in any case */
  OpenStatus?: string;
  /** id of the project */
  ProjectId?: number;
  /** rules for users with certain tag values, at most 64 KiB together */
  RowColumnConfigList?: RowColumnConfig[];
}

export interface CreatePermissionRanksResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface CreateProjectRequest {
  /** name */
  Name: string;
  /** color code */
  ColorCode: string;
  /** logo */
  Logo?: string;
  /** mark */
  Mark?: string;
  /** is apply */
  IsApply?: boolean;
  /** default panel type */
  DefaultPanelType?: number;
  /** manage platform */
  ManagePlatform?: string;
}

export interface CreateProjectResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: Data;
}

export interface CreateTagTableRequest {
  /** name */
  Name?: string;
  /** auto import project id */
  AutoImportProjectId?: number;
  /** auto import table id */
  AutoImportTableId?: number;
  /** auto import uin field */
  AutoImportUinField?: string;
}

export interface CreateTagTableResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: CreateTagTableVO | null;
}

export interface CreateUserGroupRequest {
  /** user that administers the group */
  AdminUserId?: string;
  /** description, at most 255 characters */
  Description?: string;
  /** name, 1 to 64 characters, unique below the same group */
  GroupName?: string;
  /** place among its siblings, from 1; -1 or absent: the last */
  Location?: number;
  /** group above, -1 for none; groups have at most 10 levels */
  ParentId?: number;
}

export interface CreateUserGroupResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: UserGroupVO;
}

export interface CreateUserGroupMemberRequest {
  /** the group; needed */
  GroupId?: number;
  /** users: 1 to 100 */
  UserIdList?: string[];
}

export interface CreateUserGroupMemberResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface CreateUserRoleRequest {
  /** ids of roles */
  RoleIdList?: number[];
  /** users */
  UserList?: UserIdAndUserName[];
  /** users */
  UserInfoList?: UserInfo[];
  /** ids of groups to join */
  UserGroups?: number[];
}

export interface CreateUserRoleResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: DataId;
}

export interface CreateUserRoleProjectRequest {
  /** id of the project */
  ProjectId?: number;
  /** ids of roles */
  RoleIdList?: number[];
  /** users */
  UserList?: UserIdAndUserName[];
  /** users */
  UserInfoList?: UserInfo[];
}

export interface CreateUserRoleProjectResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: DataId;
}

export interface DeleteAuthApiKeyRequest {
  /** the key */
  ApiKey: string;
}

export interface DeleteAuthApiKeyResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface DeleteDatasourceRequest {
  /** id */
  Id: number;
  /** id of the project */
  ProjectId: number;
}

export interface DeleteDatasourceResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface DeleteProjectRequest {
  /** id */
  Id: number;
  /** opaque */
  Seed?: string;
  /** default panel type */
  DefaultPanelType?: number;
}

export interface DeleteProjectResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface DeleteUserGroupRequest {
  /** id */
  Id?: number;
}

export interface DeleteUserGroupResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface DeleteUserGroupMemberRequest {
  /** the group; needed */
  GroupId?: number;
  /** users: 1 to 100 */
  UserIdList?: string[];
}

export interface DeleteUserGroupMemberResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface DeleteUserRoleRequest {
  /** user: uin or name of a sub-account, or the root's uin */
  UserId: string;
}

export interface DeleteUserRoleResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface DeleteUserRoleProjectRequest {
  /** id of the project */
  ProjectId: number;
  /** user: uin or name of a sub-account, or the root's uin */
  UserId: string;
}

export interface DeleteUserRoleProjectResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface DescribeAuthApiKeyInfoRequest {
  /** the key */
  ApiKey: string;
}

export interface DescribeAuthApiKeyInfoResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: ApiKeyAuthApplyVO;
}

export interface DescribeAuthApiKeyListRequest {
  /** everything in one page */
  AllPage?: boolean;
  /** page, see the list's base */
  PageNo?: number;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize?: number;
  /** part of what to find, without regard to case; it may be a whole key */
  Keyword?: string;
}

export interface DescribeAuthApiKeyListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: ApiKeyAuthApplyVOList;
}

export interface DescribeDatasourceListRequest {
  /** id of the project */
  ProjectId: number;
  /** everything in one page */
  AllPage?: boolean;
  /** db name */
  DbName?: string;
  /** page, see the list's base */
  PageNo?: number;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize?: number;
  /** part of what to find, without regard to case */
  Keyword?: string;
  /** 0 all, 1 those that the caller may use, 2 those that he may edit */
  PermissionType?: number;
}

export interface DescribeDatasourceListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: DatasourceInfoData;
}

export interface DescribePageWidgetListRequest {
  /** id of the project */
  ProjectId: string;
  /** page id */
  PageId: string;
}

export interface DescribePageWidgetListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: WidgetListVO | null;
}

export interface DescribePermissionRanksInfoRequest {
  /** table, which the engine knows; needed */
  TableId?: number;
  /** only a rule of this mode: ALL, Specify or TAG, in any case */
  Mode?: string;
  /** Others (default) or ROLES, in any case */
  RoleType?: string;
  /** role of the project, for ROLES */
  RoleId?: number;
  /** ROW (default) or COLUMN, in any case */
  Type?: string;
  /** id of the project */
  ProjectId?: number;
}

export interface DescribePermissionRanksInfoResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: RankInfo | null;
}

export interface DescribePermissionRoleInfoRequest {
  /** id of the project */
  ProjectId: number;
  /** page, see the list's base */
  PageNo?: number;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize?: number;
  /** everything in one page */
  AllPage?: boolean;
}

export interface DescribePermissionRoleInfoResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: Role[];
}

export interface DescribePermissionStatusInfoRequest {
  /** table, which the engine knows; needed */
  TableId?: number;
  /** ROW (default) or COLUMN, in any case */
  Type?: string;
  /** id of the project */
  ProjectId?: string;
}

export interface DescribePermissionStatusInfoResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: RowColumnStatus;
}

export interface DescribeProjectInfoRequest {
  /** id */
  Id: number;
  /** default panel type */
  DefaultPanelType?: number;
}

export interface DescribeProjectInfoResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: Project | null;
}

export interface DescribeProjectListRequest {
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize?: number;
  /** page, see the list's base */
  PageNo?: number;
  /** part of what to find, without regard to case */
  Keyword?: string;
  /** everything in one page */
  AllPage?: boolean;
  /** code of the role */
  ModuleCollection?: string;
  /** module id list */
  ModuleIdList?: string[];
}

export interface DescribeProjectListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: ProjectListData;
}

export interface DescribeResourceUserGroupPageListRequest {
  /** id of the project; needed */
  ProjectId?: number;
  /** the page, where EntityId is 0 or absent */
  PageId?: number;
  /** page, the default */
  ResourceType?: string;
  /** 1: everything in one page */
  AllPage?: number;
  /** part of a name, without regard to case: finds groups at any depth, as a flat list */
  Keyword?: string;
  /** page, see the list's base */
  PageNo?: number;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize?: number;
  /** tags: groups with such members, as a flat list */
  TagValueList?: ResourceTagValue[];
  /** code of a role: groups with such members, as a flat list */
  ModuleCollection?: string;
  /** true or false: groups that have the right ResourceName or have it not, as a flat list */
  ResourceValue?: string;
  /** a right; PageView by default */
  ResourceName?: string;
  /** group above, -1 for none */
  ParentId?: number;
  /** the page */
  EntityId?: number;
}

export interface DescribeResourceUserGroupPageListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: UserGroupPageTreeVO;
}

export interface DescribeSourceFieldListRequest {
  /** data source id */
  DataSourceId?: number;
  /** table name */
  TableName?: string;
  /** sql */
  Sql?: string;
  /** id of the project */
  ProjectId?: number;
  /** async request */
  AsyncRequest?: boolean;
  /** tran id */
  TranId?: string;
  /** param list */
  ParamList?: ParamCreateDTO[];
  /** dlc ext info */
  DlcExtInfo?: string;
  /** query db data */
  QueryDbData?: string;
  /** table id */
  TableId?: string;
  /** table type */
  TableType?: number;
}

export interface DescribeSourceFieldListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: TableColumnListData | null;
}

export interface DescribeUserGroupInfoRequest {
  /** id */
  Id?: number;
}

export interface DescribeUserGroupInfoResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
}

export interface DescribeUserGroupMemberListRequest {
  /** groups whose members are listed; without, all of them */
  GroupIds?: number[];
  /** asc or desc, the default */
  CreatedOnOrder?: string;
  /** part of what to find, without regard to case */
  Keyword?: string;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize?: number;
  /** page, see the list's base */
  PageNo?: number;
  /** everything in one page */
  AllPage?: boolean;
}

export interface DescribeUserGroupMemberListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: DescribeUserGroupMemberPageListContainer;
}

export interface DescribeUserGroupTreeListRequest {
  /** project: whoever has a role in it may ask */
  ProjectId?: number;
  /** 1: everything in one page */
  AllPage?: number;
  /** page, see the list's base */
  PageNo?: number;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize?: number;
  /** tags: groups with such members, as a flat list */
  TagValueList?: ResourceTagValue[];
  /** groups that are listed, with or without those below */
  Nodes?: UserGroupTreeNodeDTO[];
  /** groups that are listed */
  GroupIds?: number[];
  /** the level below GroupIds and Nodes, instead of them */
  QueryNextNode?: boolean;
  /** groups whose next level is listed */
  ParentIds?: number[];
  /** everything below what is listed */
  QueryAllNode?: boolean;
  /** groups that are left out, with all below */
  FilterGroupIds?: number[];
  /** part of a name, without regard to case: finds groups at any depth, as a flat list */
  Keyword?: string;
}

export interface DescribeUserGroupTreeListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: UserGroupTreeVO[];
}

export interface DescribeUserProjectListRequest {
  /** id of the project */
  ProjectId?: number;
  /** everything in one page */
  AllPage?: boolean;
  /** page, see the list's base */
  PageNo?: number;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize?: number;
  /** without enterprise administrators */
  IsFilterPerAuthUser?: boolean;
  /** without the caller */
  IsFilterCurrentUser?: boolean;
  /** part of what to find, without regard to case */
  Keyword?: string;
}

export interface DescribeUserProjectListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: CorpUserListData;
}

export interface DescribeUserRoleListRequest {
  /** page, see the list's base */
  PageNo: number;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize: number;
  /** everything in one page */
  AllPage?: boolean;
  /** 0 users of the enterprise, 1 visitors */
  UserType?: string;
  /** part of what to find, without regard to case */
  Keyword?: string;
  /** id of the project */
  ProjectId?: string;
  /** only users bound to a messenger */
  IsOnlyBindAppUser?: boolean;
}

export interface DescribeUserRoleListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: UserRoleListData;
}

export interface DescribeUserRoleProjectListRequest {
  /** page, see the list's base */
  PageNo: number;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize: number;
  /** id of the project */
  ProjectId: number;
  /** only users bound to a messenger */
  IsOnlyBindAppUser?: boolean;
  /** everything in one page */
  AllPage?: boolean;
  /** code of a role of the project */
  RoleCode?: string;
  /** users */
  UserIdList?: string[];
  /** part of what to find, without regard to case */
  Keyword?: string;
}

export interface DescribeUserRoleProjectListResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: UserRoleListData;
}

export interface EditCorpTagRequest {
  /** id */
  Id?: number;
  /** new name, 1 to 64 characters, unique */
  Name?: string;
  /** manual; auto is not supported: there are no data tables */
  ImportType?: string;
  /** ignored */
  AutoImportTagTableId?: number;
  /** ignored */
  AutoImportField?: string;
  /** ignored: the change is made at once */
  AsyncRequest?: boolean;
  /** ignored */
  AutoImportTagTableName?: string;
  /** answered as it is */
  TranId?: string;
}

export interface EditCorpTagResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: EditTagVO;
}

export interface ExportScreenPageRequest {
  /** id of the project */
  ProjectId: string;
  /** page id */
  PageId: string;
  /** canvas type */
  CanvasType?: string;
  /** pic type */
  PicType?: string;
  /** widget ids */
  WidgetIds?: string[];
  /** async request */
  AsyncRequest?: boolean;
  /** tran id */
  TranId?: string;
}

export interface ExportScreenPageResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: PageScreenListVO | null;
}

export interface ModifyAuthApiKeyRequest {
  /** the key */
  ApiKey: string;
  /** user that the key acts as */
  DefaultUser?: string;
}

export interface ModifyAuthApiKeyResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: ApiKeyAuthApplyVO;
}

export interface ModifyDatasourceRequest {
  /** host */
  DbHost: string;
  /** db port */
  DbPort: number;
  /** service type */
  ServiceType: string;
  /** db type */
  DbType: string;
  /** charset */
  Charset: string;
  /** db user */
  DbUser: string;
  /** password */
  DbPwd: string;
  /** db name */
  DbName: string;
  /** source name */
  SourceName: string;
  /** id */
  Id: number;
  /** id of the project */
  ProjectId: number;
  /** catalog */
  Catalog?: string;
  /** data origin */
  DataOrigin?: string;
  /** data origin project id */
  DataOriginProjectId?: string;
  /** data origin datasource id */
  DataOriginDatasourceId?: string;
  /** extra param */
  ExtraParam?: string;
  /** uniq vpc id */
  UniqVpcId?: string;
  /** vip */
  Vip?: string;
  /** vport */
  Vport?: string;
  /** vpc id */
  VpcId?: string;
  /** use vpc */
  UseVPC?: boolean;
  /** region id */
  RegionId?: string;
  /** schema */
  Schema?: string;
  /** db version */
  DbVersion?: string;
}

export interface ModifyDatasourceResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface ModifyDatasourceCloudRequest {
  /** service type */
  ServiceType: string;
  /** db type */
  DbType: string;
  /** charset */
  Charset: string;
  /** db user */
  DbUser: string;
  /** password */
  DbPwd: string;
  /** db name */
  DbName: string;
  /** source name */
  SourceName: string;
  /** id of the project */
  ProjectId: string;
  /** id */
  Id: number;
  /** vip */
  Vip?: string;
  /** vport */
  Vport?: string;
  /** vpc id */
  VpcId?: string;
  /** uniq vpc id */
  UniqVpcId?: string;
  /** region id */
  RegionId?: string;
  /** extra param */
  ExtraParam?: string;
  /** instance id */
  InstanceId?: string;
  /** prod db name */
  ProdDbName?: string;
  /** data origin */
  DataOrigin?: string;
  /** data origin project id */
  DataOriginProjectId?: string;
  /** data origin datasource id */
  DataOriginDatasourceId?: string;
  /** cluster id */
  ClusterId?: string;
  /** schema */
  Schema?: string;
  /** db version */
  DbVersion?: string;
}

export interface ModifyDatasourceCloudResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface ModifyProjectRequest {
  /** id */
  Id: number;
  /** name */
  Name?: string;
  /** color code */
  ColorCode?: string;
  /** logo */
  Logo?: string;
  /** mark */
  Mark?: string;
  /** is apply */
  IsApply?: boolean;
  /** opaque */
  Seed?: string;
  /** default panel type */
  DefaultPanelType?: number;
  /** opaque */
  PanelScope?: string;
  /** manage platform */
  ManagePlatform?: string;
}

export interface ModifyProjectResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface ModifyResourceUserRequest {
  /** id of the project; needed */
  ProjectId?: number;
  /** user: uin or name of a sub-account, or the root's uin */
  UserId?: string;
  /** the rights, 1 to 20 */
  Resource?: UserResourceDTO;
  /** pages: 1 to 100 */
  EntityIds?: number[];
  /** page, the default */
  ResourceType?: string;
}

export interface ModifyResourceUserResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: number | null;
}

export interface ModifyResourceUserGroupRequest {
  /** id of the project; needed */
  ProjectId?: number;
  /** groups: 1 to 50 */
  UserGroupIds?: number[];
  /** the page, and the rights, 1 to 20 */
  Resource?: ResourceListDTO;
  /** page, the default */
  ResourceType?: string;
  /** for the groups below, too */
  QueryChildren?: boolean;
}

export interface ModifyResourceUserGroupResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: number | null;
}

export interface ModifyResourceUserGroupResourceRequest {
  /** id of the project; needed */
  ProjectId?: number;
  /** the group; needed */
  UserGroupId?: number;
  /** the rights, 1 to 20 */
  Resource?: UserResourceDTO;
  /** pages: 1 to 100 */
  EntityIds?: number[];
  /** page, the default */
  ResourceType?: string;
}

export interface ModifyResourceUserGroupResourceResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: number | null;
}

export interface ModifyTagTableRequest {
  /** name */
  Name?: string;
  /** auto import project id */
  AutoImportProjectId?: number;
  /** auto import table id */
  AutoImportTableId?: number;
  /** auto import uin field */
  AutoImportUinField?: string;
  /** id */
  Id?: number;
}

export interface ModifyTagTableResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: ModifyTagTableVO | null;
}

export interface ModifyUserDetailInfoRequest {
  /** user: uin or name of a sub-account, or the root's uin */
  UserId?: string;
  /** ids of roles */
  RoleIdList?: number[];
  /** mail address */
  Email?: string;
  /** name */
  UserName?: string;
  /** phone number */
  PhoneNumber?: string;
  /** country code of the phone number */
  AreaCode?: string;
  /** id in the connected messenger */
  AppUserId?: string;
  /** 0 or 1; kept without effect */
  LoginSecurityStatus?: number;
  /** 0 or 1; kept without effect */
  ResetPassWordTip?: number;
  /** 0 or 1; kept without effect */
  ForceResetPassWord?: number;
  /** 30, 60, 90 or 180 days; kept without effect */
  PasswordExpired?: number;
  /** ids of the groups that replace the user's */
  UserGroupIdList?: number[];
}

export interface ModifyUserDetailInfoResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface ModifyUserGroupRequest {
  /** changes, made in order: at most 50 */
  UpdateList?: UserGroupUpdateDTO[];
}

export interface ModifyUserGroupResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: UserGroupVO[];
}

export interface ModifyUserRoleRequest {
  /** user: uin or name of a sub-account, or the root's uin */
  UserId?: string;
  /** ids of roles */
  RoleIdList?: number[];
  /** mail address */
  Email?: string;
  /** name */
  UserName?: string;
  /** phone number */
  PhoneNumber?: string;
  /** country code of the phone number */
  AreaCode?: string;
  /** id in the connected messenger */
  AppUserId?: string;
  /** 0 or 1; kept without effect */
  LoginSecurityStatus?: number;
  /** 0 or 1; kept without effect */
  ResetPassWordTip?: number;
  /** 0 or 1; kept without effect */
  ForceResetPassWord?: number;
  /** 30, 60, 90 or 180 days; kept without effect */
  PasswordExpired?: number;
}

export interface ModifyUserRoleResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface ModifyUserRoleProjectRequest {
  /** id of the project */
  ProjectId?: number;
  /** user: uin or name of a sub-account, or the root's uin */
  UserId?: string;
  /** ids of roles */
  RoleIdList?: number[];
  /** mail address */
  Email?: string;
  /** name */
  UserName?: string;
  /** id in the connected messenger */
  AppUserId?: string;
}

export interface ModifyUserRoleProjectResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface ModifyUserTagRequest {
  /** user: uin or name of a sub-account, or the root's uin */
  UserId?: string;
  /** tags that are set, at most 200; others stay */
  TagList?: UserTagInfo[];
}

export interface ModifyUserTagResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: string | null;
}

export interface QueryUserGroupMemberRequest {
  /** groups whose members are listed */
  GroupIds?: number[];
  /** part of what to find, without regard to case */
  Keyword?: string;
  /** elements of a page; 0 or less means the default, more than 1000 means 1000 */
  PageSize?: number;
  /** page, see the list's base */
  PageNo?: number;
  /** everything in one page */
  AllPage?: boolean;
  /** groups whose members are listed, with or without those below */
  Nodes?: UserGroupTreeNodeDTO[];
  /** tags: users have one of the values of each; without values, any */
  TagValueList?: ResourceTagValue[];
  /** groups whose members are left out */
  FilterGroupIds?: number[];
}

export interface QueryUserGroupMemberResponse {
  /** what a success came short of, else null */
  ErrorInfo: ErrorInfo | null;
  /** always empty */
  Extra: string;
  /** always success */
  Msg: string;
  /** the result */
  Data: DescribeUserGroupMemberPageListContainer;
}

export interface Actions {
  /** Renews an embed token for another period of its own length. */
  ApplyEmbedInterval: { in: ApplyEmbedIntervalRequest; out: ApplyEmbedIntervalResponse };
  /** Revokes the embed tokens of a project, or of one page of it. */
  ClearEmbedToken: { in: ClearEmbedTokenRequest; out: ClearEmbedTokenResponse };
  /** Makes an API key that acts as one BI user. */
  CreateAuthApiKey: { in: CreateAuthApiKeyRequest; out: CreateAuthApiKeyResponse };
  /** Makes a user tag of the enterprise. */
  CreateCorpTag: { in: CreateCorpTagRequest; out: CreateCorpTagResponse };
  /** Makes a data table. */
  CreateDataTable: { in: CreateDataTableRequest; out: CreateDataTableResponse };
  /** Records a data source that is reached by host and port. */
  CreateDatasource: { in: CreateDatasourceRequest; out: CreateDatasourceResponse };
  /** Records a data source that is a cloud database. */
  CreateDatasourceCloud: { in: CreateDatasourceCloudRequest; out: CreateDatasourceCloudResponse };
  /** Makes tokens with which a page or panel is shown inside another application. */
  CreateEmbedToken: { in: CreateEmbedTokenRequest; out: CreateEmbedTokenResponse };
  /** Sets the row or column rule of a table for a role or for all others. */
  CreatePermissionRanks: { in: CreatePermissionRanksRequest; out: CreatePermissionRanksResponse };
  /** Makes a project with its four roles. */
  CreateProject: { in: CreateProjectRequest; out: CreateProjectResponse };
  /** Makes a tag that is filled from a data table. */
  CreateTagTable: { in: CreateTagTableRequest; out: CreateTagTableResponse };
  /** Makes a user group. */
  CreateUserGroup: { in: CreateUserGroupRequest; out: CreateUserGroupResponse };
  /** Puts users into a group. */
  CreateUserGroupMember: { in: CreateUserGroupMemberRequest; out: CreateUserGroupMemberResponse };
  /** Adds users to BI, or adds to what they have, and grants them roles. */
  CreateUserRole: { in: CreateUserRoleRequest; out: CreateUserRoleResponse };
  /** Adds users to a project and grants them roles of it. */
  CreateUserRoleProject: { in: CreateUserRoleProjectRequest; out: CreateUserRoleProjectResponse };
  /** Deletes an API key. */
  DeleteAuthApiKey: { in: DeleteAuthApiKeyRequest; out: DeleteAuthApiKeyResponse };
  /** Deletes the record of a data source. */
  DeleteDatasource: { in: DeleteDatasourceRequest; out: DeleteDatasourceResponse };
  /** Deletes a project with all that belongs to it. */
  DeleteProject: { in: DeleteProjectRequest; out: DeleteProjectResponse };
  /** Deletes a user group that has no groups below it. */
  DeleteUserGroup: { in: DeleteUserGroupRequest; out: DeleteUserGroupResponse };
  /** Takes users out of a group. */
  DeleteUserGroupMember: { in: DeleteUserGroupMemberRequest; out: DeleteUserGroupMemberResponse };
  /** Removes a user from BI with all its grants. */
  DeleteUserRole: { in: DeleteUserRoleRequest; out: DeleteUserRoleResponse };
  /** Removes a user from a project. */
  DeleteUserRoleProject: { in: DeleteUserRoleProjectRequest; out: DeleteUserRoleProjectResponse };
  /** Describes an API key. */
  DescribeAuthApiKeyInfo: { in: DescribeAuthApiKeyInfoRequest; out: DescribeAuthApiKeyInfoResponse };
  /** Lists API keys, the newest first. */
  DescribeAuthApiKeyList: { in: DescribeAuthApiKeyListRequest; out: DescribeAuthApiKeyListResponse };
  /** Lists the data sources of a project. */
  DescribeDatasourceList: { in: DescribeDatasourceListRequest; out: DescribeDatasourceListResponse };
  /** Lists the widgets of a page. */
  DescribePageWidgetList: { in: DescribePageWidgetListRequest; out: DescribePageWidgetListResponse };
  /** Describes the row or column rule of a table. */
  DescribePermissionRanksInfo: { in: DescribePermissionRanksInfoRequest; out: DescribePermissionRanksInfoResponse };
  /** Lists the roles of a project. */
  DescribePermissionRoleInfo: { in: DescribePermissionRoleInfoRequest; out: DescribePermissionRoleInfoResponse };
  /** Tells whether a table has a rule that is open. */
  DescribePermissionStatusInfo: { in: DescribePermissionStatusInfoRequest; out: DescribePermissionStatusInfoResponse };
  /** Describes a project; Data is null where there is none. */
  DescribeProjectInfo: { in: DescribeProjectInfoRequest; out: DescribeProjectInfoResponse };
  /** Lists the projects that the caller may see. */
  DescribeProjectList: { in: DescribeProjectListRequest; out: DescribeProjectListResponse };
  /** Lists user groups with their rights on a page. */
  DescribeResourceUserGroupPageList: { in: DescribeResourceUserGroupPageListRequest; out: DescribeResourceUserGroupPageListResponse };
  /** Lists the fields of a table or query. */
  DescribeSourceFieldList: { in: DescribeSourceFieldListRequest; out: DescribeSourceFieldListResponse };
  /** Tells whether there is such a user group. */
  DescribeUserGroupInfo: { in: DescribeUserGroupInfoRequest; out: DescribeUserGroupInfoResponse };
  /** Lists the members of groups. */
  DescribeUserGroupMemberList: { in: DescribeUserGroupMemberListRequest; out: DescribeUserGroupMemberListResponse };
  /** Lists levels of the tree of user groups. */
  DescribeUserGroupTreeList: { in: DescribeUserGroupTreeListRequest; out: DescribeUserGroupTreeListResponse };
  /** Lists the users of a project, or all of them. */
  DescribeUserProjectList: { in: DescribeUserProjectListRequest; out: DescribeUserProjectListResponse };
  /** Lists the BI users with their roles. */
  DescribeUserRoleList: { in: DescribeUserRoleListRequest; out: DescribeUserRoleListResponse };
  /** Lists the users of a project with their roles in it. */
  DescribeUserRoleProjectList: { in: DescribeUserRoleProjectListRequest; out: DescribeUserRoleProjectListResponse };
  /** Changes a user tag. */
  EditCorpTag: { in: EditCorpTagRequest; out: EditCorpTagResponse };
  /** Renders a page as a picture. */
  ExportScreenPage: { in: ExportScreenPageRequest; out: ExportScreenPageResponse };
  /** Changes the BI user that an API key acts as. */
  ModifyAuthApiKey: { in: ModifyAuthApiKeyRequest; out: ModifyAuthApiKeyResponse };
  /** Changes the record of a data source that is reached by host and port. */
  ModifyDatasource: { in: ModifyDatasourceRequest; out: ModifyDatasourceResponse };
  /** Changes the record of a data source that is a cloud database. */
  ModifyDatasourceCloud: { in: ModifyDatasourceCloudRequest; out: ModifyDatasourceCloudResponse };
  /** Changes a project. */
  ModifyProject: { in: ModifyProjectRequest; out: ModifyProjectResponse };
  /** Sets the rights of a user on pages. */
  ModifyResourceUser: { in: ModifyResourceUserRequest; out: ModifyResourceUserResponse };
  /** Sets the rights of groups on a page. */
  ModifyResourceUserGroup: { in: ModifyResourceUserGroupRequest; out: ModifyResourceUserGroupResponse };
  /** Sets the rights of a group on pages. */
  ModifyResourceUserGroupResource: { in: ModifyResourceUserGroupResourceRequest; out: ModifyResourceUserGroupResourceResponse };
  /** Changes a tag that is filled from a data table. */
  ModifyTagTable: { in: ModifyTagTableRequest; out: ModifyTagTableResponse };
  /** Changes a user, its enterprise roles and its groups. */
  ModifyUserDetailInfo: { in: ModifyUserDetailInfoRequest; out: ModifyUserDetailInfoResponse };
  /** Changes user groups, all or none. */
  ModifyUserGroup: { in: ModifyUserGroupRequest; out: ModifyUserGroupResponse };
  /** Changes a user and its enterprise roles. */
  ModifyUserRole: { in: ModifyUserRoleRequest; out: ModifyUserRoleResponse };
  /** Changes a member of a project and its roles there. */
  ModifyUserRoleProject: { in: ModifyUserRoleProjectRequest; out: ModifyUserRoleProjectResponse };
  /** Sets tag values of a user. */
  ModifyUserTag: { in: ModifyUserTagRequest; out: ModifyUserTagResponse };
  /** Finds users by groups, subtrees and tags. */
  QueryUserGroupMember: { in: QueryUserGroupMemberRequest; out: QueryUserGroupMemberResponse };
}
