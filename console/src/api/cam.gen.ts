// Made by internal/contract/gen from api/. Do not edit.

export const version = "2019-01-16";

/** An access key without its secret. */
export interface AccessKey {
  /** the SecretId of the key */
  AccessKeyId: string;
  /** Active or Inactive */
  Status: string;
  /** when it was created */
  CreateTime: string;
  /** free text */
  Description: string | null;
}

/** A new access key. */
export interface AccessKeyDetail {
  /** the SecretId of the key */
  AccessKeyId: string;
  /** the SecretKey, shown only here */
  SecretAccessKey: string;
  /** Active or Inactive */
  Status: string;
  /** when it was created */
  CreateTime: string;
  /** free text */
  Description: string | null;
}

/** Who a policy is attached to. */
export interface AttachEntityOfPolicy {
  /** id of the entity, as text */
  Id: string;
  /** name of the entity */
  Name: string;
  /** uin of a user, else 0 */
  Uin: number;
  /** 1 user, 2 group, 3 role */
  RelatedType: number;
  /** when the policy was attached */
  AttachmentTime: string;
}

/** A policy attached to a user or group. */
export interface AttachPolicyInfo {
  /** policy id */
  PolicyId: number;
  /** policy name */
  PolicyName: string;
  /** when it was attached */
  AddTime: string;
  /** 1 by product, 2 by syntax, 3 generator, 4 tag, 5 boundary rules */
  CreateMode: number;
  /** User (custom) or QCS (preset) */
  PolicyType: string;
  /** free text */
  Remark: string;
  /** root account of whoever attached it */
  OperateOwnerUin: string | null;
  /** who attached it: a uin or a role id */
  OperateUin: string | null;
  /** 0 if OperateUin is a uin, 1 if it is a role id */
  OperateUinType: number | null;
  /** 1 if products of the policy were withdrawn */
  Deactived: number;
  /** withdrawn products */
  DeactivedDetail: string[];
}

/** A policy attached to a role. */
export interface AttachedPolicyOfRole {
  /** policy id */
  PolicyId: number;
  /** policy name */
  PolicyName: string;
  /** when it was attached */
  AddTime: string;
  /** User (custom) or QCS (preset) */
  PolicyType: string;
  /** 1 by product, 2 by syntax, 3 generator, 4 tag, 5 boundary rules */
  CreateMode: number;
  /** 1 if products of the policy were withdrawn */
  Deactived: number;
  /** withdrawn products */
  DeactivedDetail: string[];
  /** free text */
  Description: string;
}

/** A policy in force for a user. */
export interface AttachedUserPolicy {
  /** policy id */
  PolicyId: string;
  /** policy name */
  PolicyName: string;
  /** free text */
  Description: string;
  /** when it was attached */
  AddTime: string;
  /** 1 custom, 2 preset */
  StrategyType: string;
  /** as CreatePolicy made it: 1 by product, else by syntax */
  CreateMode: string;
  /** groups the policy comes through */
  Groups: AttachedUserPolicyGroupInfo[];
  /** 1 if products of the policy were withdrawn */
  Deactived: number;
  /** withdrawn products */
  DeactivedDetail: string[];
}

/** A group that hands a policy on. */
export interface AttachedUserPolicyGroupInfo {
  /** group id */
  GroupId: number;
  /** group name */
  GroupName: string;
}

/** A short-lived data credential. */
export interface AuthToken {
  /** the token */
  Token: string;
  /** server time */
  CurrentTime: number | null;
  /** next rotation, Unix milliseconds */
  NextRotationTime: number | null;
  /** duration of the last rotation in milliseconds, -1 if it failed */
  LastRotationTimeCost: number | null;
  /** success or failed */
  RotationStatus: string | null;
  /** success, or what went wrong */
  RotationMessage: string | null;
}

/** A user in a group. */
export interface GroupIdOfUidInfo {
  /** group id */
  GroupId: number;
  /** user number; this or Uin */
  Uid?: number;
  /** uin; wins over Uid */
  Uin?: number;
}

/** A group. */
export interface GroupInfo {
  /** group id */
  GroupId: number;
  /** group name */
  GroupName: string;
  /** when it was created */
  CreateTime: string;
  /** free text */
  Remark: string;
}

/** A member of a group. */
export interface GroupMemberInfo {
  /** user number, used where a receiver has no uin */
  Uid: number;
  /** account number */
  Uin: number;
  /** user name */
  Name: string;
  /** phone number without country code */
  PhoneNum: string;
  /** country calling code of the phone number */
  CountryCode: string;
  /** 1 if the phone is verified */
  PhoneFlag: number;
  /** e-mail address */
  Email: string;
  /** 1 if the e-mail is verified */
  EmailFlag: number;
  /** 1 has an account, 3 receiver */
  UserType: number;
  /** when it was created */
  CreateTime: string;
  /** 1 for the contact of the root account */
  IsReceiverOwner: number;
  /** free text */
  Remark: string | null;
}

/** An address rule. */
export interface IpPolicy {
  /** address, prefix or range */
  IP: string;
  /** Allow or Deny */
  Effect: "Allow" | "Deny";
}

/** An account of any kind. */
export interface ListAllUser {
  /** account number */
  Uin: number;
  /** user name */
  Name: string;
  /** user number, used where a receiver has no uin */
  Uid: number;
  /** free text */
  Remark: string;
  /** 1 if console login is allowed, else 0 */
  ConsoleLogin: number;
  /** phone number without country code */
  PhoneNum: string;
  /** country calling code of the phone number */
  CountryCode: string;
  /** e-mail address */
  Email: string;
  /** when it was created */
  CreateTime: string;
  /** Owner, SubUser, CICUser, WechatCorpUser, AgentIdentity, Collaborator or MessageReceiver */
  UserType: string;
}

/** An action of a service. */
export interface ListGrantServiceAccessActionNode {
  /** action */
  Name: string;
  /** what it does */
  Description: string;
}

/** What is granted on one service. */
export interface ListGrantServiceAccessNode {
  /** the service */
  Service: ListGrantServiceAccessService;
  /** its actions, when a service was asked for */
  Action: ListGrantServiceAccessActionNode[];
  /** the granting policies */
  Policy: ListGrantServiceAccessPolicy[];
}

/** A policy that grants access. */
export interface ListGrantServiceAccessPolicy {
  /** policy id */
  PolicyId: string;
  /** policy name */
  PolicyName: string;
  /** Custom or Presetting */
  PolicyType: string;
  /** policy description */
  PolicyDescription: string;
}

/** A service. */
export interface ListGrantServiceAccessService {
  /** service */
  ServiceType: string;
  /** display name of the service */
  ServiceName: string;
}

/** How logins or operations are protected. */
export interface LoginActionFlag {
  /** text message */
  Phone: number;
  /** hardware token */
  Token: number;
  /** virtual MFA device */
  Stoken: number;
  /** WeChat */
  Wechat: number;
  /** own check of the enterprise */
  Custom: number;
  /** e-mail */
  Mail: number;
  /** security key */
  U2FToken: number;
  /** passkey */
  Passkey: number;
}

/** How logins or operations are protected, international form. */
export interface LoginActionFlagIntl {
  /** text message */
  Phone: number;
  /** hardware token */
  Token: number;
  /** virtual MFA device */
  Stoken: number;
  /** WeChat */
  Wechat: number;
  /** own check of the enterprise */
  Custom: number;
  /** e-mail */
  Mail: number;
  /** security key */
  U2FToken: number;
  /** passkey */
  Passkey: number;
}

/** Protection to set; one method at most. */
export interface LoginActionMfaFlag {
  /** text message */
  Phone?: number;
  /** virtual MFA device */
  Stoken?: number;
  /** WeChat */
  Wechat?: number;
}

/** Notices on unusual logins. */
export interface OffsiteFlag {
  /** 1 asks for a verification */
  VerifyFlag: number;
  /** 1 sends a text message */
  NotifyPhone: number;
  /** 1 sends an e-mail */
  NotifyEmail: number;
  /** 1 sends a WeChat message */
  NotifyWechat: number;
  /** 1 shows a hint */
  Tips: number;
}

/** Rules for console passwords; absent members keep their value. */
export interface PassWordRule {
  /** shortest password; 0 means 8 */
  MinimumLength?: number;
  /** classes: A upper, a lower, 0 digit, ! special */
  MustContain?: string;
  /** days until a password expires; 0 never */
  ForcePasswordChange?: number;
  /** earlier passwords that are refused */
  ReusePasswordLimit?: number;
  /** wrong passwords per hour before a lock; 0 no lock */
  RetryPasswordLimit?: number;
  /** 1 expired passwords cannot log in, 2 they must be changed at login */
  PasswordExpirationInvalidation?: number;
}

/** A policy version with its document. */
export interface PolicyVersionDetail {
  /** version number */
  VersionId: number | null;
  /** when the version was made */
  CreateDate: string | null;
  /** 1 if it is in force */
  IsDefaultVersion: number | null;
  /** policy document, JSON text */
  Document: string | null;
}

/** A policy version. */
export interface PolicyVersionItem {
  /** version number */
  VersionId: number;
  /** when the version was made */
  CreateDate: string;
  /** 1 if it is in force */
  IsDefaultVersion: number;
}

/** A message receiver. */
export interface Receiver {
  /** user number, used where a receiver has no uin */
  Uid: number;
  /** receiver name */
  Name: string;
  /** free text */
  Remark: string | null;
  /** phone number */
  PhoneNumber: string;
  /** 1 if the phone is verified */
  PhoneFlag: number;
  /** e-mail address */
  Email: string;
  /** 1 if the e-mail is verified */
  EmailFlag: number;
  /** 1 for the contact of the root account */
  IsReceiverOwner: number;
  /** 1 if WeChat notices are on */
  WechatFlag: number;
  /** uin, 0 for a pure receiver */
  Uin: number;
  /** country calling code of the phone number */
  CountryCode: string;
}

/** A role. */
export interface RoleInfo {
  /** role id */
  RoleId: string;
  /** role name */
  RoleName: string;
  /** trust policy, JSON text */
  PolicyDocument: string;
  /** free text */
  Description: string;
  /** when it was created */
  AddTime: string;
  /** when it was last changed */
  UpdateTime: string;
  /** 1 if console login is allowed, else 0 */
  ConsoleLogin: number;
  /** user, system or service_linked */
  RoleType: string | null;
  /** longest session in seconds */
  SessionDuration: number | null;
  /** deletion task, when one ran */
  DeletionTaskId: string | null;
  /** tags */
  Tags: RoleTags[];
  /** resource name of the role */
  RoleArn: string | null;
}

/** A tag of a role. */
export interface RoleTags {
  /** tag key */
  Key: string;
  /** tag value */
  Value: string;
}

/** A SAML provider. */
export interface SAMLProviderInfo {
  /** provider name */
  Name: string;
  /** free text */
  Description: string;
  /** when it was created */
  CreateTime: string;
  /** when it was last changed */
  ModifyTime: string;
}

/** Last use of an access key. */
export interface SecretIdLastUsed {
  /** SecretId */
  SecretId: string;
  /** day of the last use */
  LastUsedDate: string | null;
  /** last use, Unix milliseconds */
  LastSecretUsedDate: number | null;
}

/** A policy in a list. */
export interface StrategyInfo {
  /** policy id */
  PolicyId: number;
  /** policy name */
  PolicyName: string;
  /** when it was created */
  AddTime: string;
  /** 1 custom, 2 preset */
  Type: number;
  /** free text */
  Description: string | null;
  /** 1 by product, 2 by syntax, 3 generator, 4 tag, 5 boundary rules */
  CreateMode: number;
  /** users, groups and roles it is attached to */
  Attachments: number;
  /** service, or empty */
  ServiceType: string;
  /** whether it is attached to the entity asked for */
  IsAttached: number | null;
  /** 1 if products of the policy were withdrawn */
  Deactived: number | null;
  /** withdrawn products */
  DeactivedDetail: string[];
  /** 1 for the policy of a service-linked role */
  IsServiceLinkedPolicy: number | null;
  /** users, groups and roles it is attached to */
  AttachEntityCount: number | null;
  /** users and roles that have it as boundary */
  AttachEntityBoundaryCount: number | null;
  /** when it was last changed */
  UpdateTime: string | null;
  /** tags */
  Tags: Tag[];
  /** Global, Finance or CloudProduct */
  PermissionLevel: string;
}

/** A sub-user or collaborator. */
export interface SubAccountInfo {
  /** account number */
  Uin: number;
  /** user name */
  Name: string;
  /** user number, used where a receiver has no uin */
  Uid: number;
  /** free text */
  Remark: string;
  /** 1 if console login is allowed, else 0 */
  ConsoleLogin: number;
  /** phone number without country code */
  PhoneNum: string;
  /** country calling code of the phone number */
  CountryCode: string;
  /** e-mail address */
  Email: string;
  /** when it was created */
  CreateTime: string;
  /** display name */
  NickName: string;
}

/** A sub-account looked up by uin. */
export interface SubAccountUser {
  /** account number */
  Uin: number;
  /** user name */
  Name: string;
  /** user number, used where a receiver has no uin */
  Uid: number;
  /** free text */
  Remark: string;
  /** when it was created */
  CreateTime: string | null;
  /** 2 sub-user, 3 WeCom, 4 collaborator, 5 receiver */
  UserType: number;
  /** address of the last console login, or empty */
  LastLoginIp: string;
  /** time of the last console login */
  LastLoginTime: string | null;
}

/** A tag. */
export interface Tag {
  /** tag key */
  Key: string;
  /** tag value */
  Value: string;
}

/** A sub-user that comes from WeCom. */
export interface WeChatWorkSubAccount {
  /** account number */
  Uin: number;
  /** user name */
  Name: string;
  /** user number, used where a receiver has no uin */
  Uid: number;
  /** free text */
  Remark: string;
  /** 1 if console login is allowed, else 0 */
  ConsoleLogin: number;
  /** phone number without country code */
  PhoneNum: string;
  /** country calling code of the phone number */
  CountryCode: string;
  /** e-mail address */
  Email: string;
  /** user id in WeCom */
  WeChatWorkUserId: string;
  /** when it was created */
  CreateTime: string;
}

export interface AddUserRequest {
  /** user name */
  Name: string;
  /** free text */
  Remark?: string;
  /** 1 if console login is allowed, else 0 */
  ConsoleLogin?: number;
  /** 1 makes a first access key */
  UseApi?: number;
  /** console password; made at random when console login is on and none is given */
  Password?: string;
  /** 1 forces a new password at the next console login */
  NeedResetPassword?: number;
  /** phone number without country code */
  PhoneNum?: string;
  /** country calling code of the phone number */
  CountryCode?: string;
  /** e-mail address */
  Email?: string;
}

export interface AddUserResponse {
  /** account number */
  Uin: number;
  /** user name */
  Name: string;
  /** the password in force, empty without one */
  Password: string;
  /** first key, empty when none was made */
  SecretId: string;
  /** its SecretKey, shown only here */
  SecretKey: string;
  /** user number, used where a receiver has no uin */
  Uid: number;
}

export interface AddUserToGroupRequest {
  /** pairs of user and group */
  Info: GroupIdOfUidInfo[];
}

export interface AddUserToGroupResponse {
}

export interface AttachGroupPolicyRequest {
  /** policy id */
  PolicyId: number;
  /** group id */
  AttachGroupId: number;
}

export interface AttachGroupPolicyResponse {
}

export interface AttachRolePolicyRequest {
  /** policy id; this or PolicyName */
  PolicyId?: number;
  /** role id; this or AttachRoleName */
  AttachRoleId?: string;
  /** role name; this or AttachRoleId */
  AttachRoleName?: string;
  /** policy name; this or PolicyId */
  PolicyName?: string;
}

export interface AttachRolePolicyResponse {
}

export interface AttachUserPolicyRequest {
  /** policy id */
  PolicyId: number;
  /** uin of the sub-user */
  AttachUin: number;
}

export interface AttachUserPolicyResponse {
}

export interface BuildDataFlowAuthTokenRequest {
  /** resource id */
  ResourceId: string;
  /** region of the resource */
  ResourceRegion: string;
  /** account name on the resource */
  ResourceAccount: string;
}

export interface BuildDataFlowAuthTokenResponse {
  /** the credential */
  Credentials: AuthToken | null;
}

export interface ConsumeCustomMFATokenRequest {
  /** challenge token */
  MFAToken: string;
}

export interface ConsumeCustomMFATokenResponse {
}

export interface CreateAccessKeyRequest {
  /** whose key; absent or 0 means the caller */
  TargetUin?: number;
  /** what the key is for */
  Description?: string;
}

export interface CreateAccessKeyResponse {
  /** the new key */
  AccessKey: AccessKeyDetail;
}

export interface CreateGroupRequest {
  /** group name */
  GroupName: string;
  /** description */
  Remark?: string;
}

export interface CreateGroupResponse {
  /** group id */
  GroupId: number;
}

export interface CreateMessageReceiverRequest {
  /** receiver name */
  Name: string;
  /** country calling code of the phone number */
  CountryCode: string;
  /** phone number */
  PhoneNumber: string;
  /** e-mail address */
  Email: string;
  /** free text */
  Remark?: string;
}

export interface CreateMessageReceiverResponse {
}

export interface CreateOIDCConfigRequest {
  /** issuer of the OpenID Connect provider */
  IdentityUrl: string;
  /** client id registered at the provider */
  ClientId: string[];
  /** provider name */
  Name: string;
  /** base64 of the provider's JWKS */
  IdentityKey: string;
  /** free text */
  Description?: string;
  /** 1 refetches the signing keys by itself */
  AutoRotateKey?: number;
}

export interface CreateOIDCConfigResponse {
}

export interface CreatePolicyRequest {
  /** policy name */
  PolicyName: string;
  /** policy document, JSON text */
  PolicyDocument: string;
  /** free text */
  Description?: string;
  /** tags */
  Tags?: Tag[];
}

export interface CreatePolicyResponse {
  /** policy id */
  PolicyId: number;
}

export interface CreatePolicyVersionRequest {
  /** policy id */
  PolicyId: number;
  /** policy document, JSON text */
  PolicyDocument: string;
  /** make the new version the default one */
  SetAsDefault: boolean;
}

export interface CreatePolicyVersionResponse {
  /** version number */
  VersionId: number;
}

export interface CreateRoleRequest {
  /** role name */
  RoleName: string;
  /** trust policy, JSON text */
  PolicyDocument: string;
  /** free text */
  Description?: string;
  /** 1 if console login is allowed, else 0 */
  ConsoleLogin?: number;
  /** longest session in seconds; 0 means 43200 */
  SessionDuration?: number;
  /** tags */
  Tags?: RoleTags[];
}

export interface CreateRoleResponse {
  /** role id */
  RoleId: string;
}

export interface CreateSAMLProviderRequest {
  /** provider name */
  Name: string;
  /** free text */
  Description?: string;
  /** base64 of the SAML metadata */
  SAMLMetadataDocument: string;
}

export interface CreateSAMLProviderResponse {
  /** resource name of the provider */
  ProviderArn: string;
}

export interface CreateServiceLinkedRoleRequest {
  /** hosts of the services that may assume the role */
  QCSServiceName: string[];
  /** suffix of the role name */
  CustomSuffix?: string;
  /** free text */
  Description?: string;
  /** tags of the role */
  Tags?: RoleTags[];
}

export interface CreateServiceLinkedRoleResponse {
  /** role id */
  RoleId: string;
}

export interface CreateSubAccountLoginIpPolicyRequest {
  /** address rules */
  IpPolicies?: IpPolicy[];
  /** kind of approval */
  ApproverType?: "SubAccountLoginLimitApproval";
  /** uins that may approve */
  ApproverUin?: number[];
  /** 1 switches the rules off */
  DisablePolicy?: number;
  /** 1 replaces the address rules, 2 sets the off-site check */
  PolicyType?: number;
}

export interface CreateSubAccountLoginIpPolicyResponse {
}

export interface CreateUserOIDCConfigRequest {
  /** issuer of the OpenID Connect provider */
  IdentityUrl: string;
  /** client id registered at the provider */
  ClientId: string;
  /** authorization endpoint of the provider */
  AuthorizationEndpoint: string;
  /** response type */
  ResponseType: "id_token";
  /** response mode */
  ResponseMode: "form_post" | "fragment";
  /** claim that names the sub-user (sic) */
  MappingFiled: string;
  /** base64 of the provider's JWKS */
  IdentityKey: string;
  /** scopes to ask for */
  Scope?: ("openid" | "email" | "profile")[];
  /** free text */
  Description?: string;
  /** 1 refetches the signing keys by itself */
  AutoRotateKey?: number;
}

export interface CreateUserOIDCConfigResponse {
}

export interface CreateUserSAMLConfigRequest {
  /** base64 of the SAML metadata */
  SAMLMetadataDocument: string;
  /** auxiliary domain of login names */
  AuxiliaryDomain?: string;
}

export interface CreateUserSAMLConfigResponse {
}

export interface DeleteAccessKeyRequest {
  /** the SecretId of the key */
  AccessKeyId: string;
  /** whose key; absent or 0 means the caller */
  TargetUin?: number;
}

export interface DeleteAccessKeyResponse {
}

export interface DeleteGroupRequest {
  /** group id */
  GroupId: number;
}

export interface DeleteGroupResponse {
}

export interface DeleteMessageReceiverRequest {
  /** receiver name */
  Name: string;
}

export interface DeleteMessageReceiverResponse {
}

export interface DeleteOIDCConfigRequest {
  /** provider name */
  Name: string;
}

export interface DeleteOIDCConfigResponse {
}

export interface DeletePolicyRequest {
  /** policy ids */
  PolicyId: number[];
}

export interface DeletePolicyResponse {
}

export interface DeletePolicyVersionRequest {
  /** policy id */
  PolicyId: number;
  /** version numbers */
  VersionId: number[];
}

export interface DeletePolicyVersionResponse {
}

export interface DeleteRoleRequest {
  /** role id; this or RoleName */
  RoleId?: string;
  /** role name; this or RoleId */
  RoleName?: string;
}

export interface DeleteRoleResponse {
}

export interface DeleteRolePermissionsBoundaryRequest {
  /** role id; this or RoleName */
  RoleId?: string;
  /** role name; this or RoleId */
  RoleName?: string;
}

export interface DeleteRolePermissionsBoundaryResponse {
}

export interface DeleteSAMLProviderRequest {
  /** provider name */
  Name: string;
}

export interface DeleteSAMLProviderResponse {
}

export interface DeleteServiceLinkedRoleRequest {
  /** role name */
  RoleName: string;
}

export interface DeleteServiceLinkedRoleResponse {
  /** id of the deletion task */
  DeletionTaskId: string;
}

export interface DeleteUserRequest {
  /** user name */
  Name: string;
  /** 1 deletes the access keys of the user first */
  Force?: number;
}

export interface DeleteUserResponse {
}

export interface DeleteUserPermissionsBoundaryRequest {
  /** uin of the user */
  TargetUin: number;
}

export interface DeleteUserPermissionsBoundaryResponse {
}

export interface DescribeOIDCConfigRequest {
  /** provider name */
  Name: string;
}

export interface DescribeOIDCConfigResponse {
  /** 11 role provider, 12 user provider */
  ProviderType: number;
  /** issuer of the OpenID Connect provider */
  IdentityUrl: string;
  /** base64 of the provider's JWKS */
  IdentityKey: string;
  /** client id registered at the provider */
  ClientId: string[];
  /** 0 not set, 11 on, 2 off */
  Status: number;
  /** free text */
  Description: string;
  /** provider name */
  Name: string;
  /** 1 refetches the signing keys by itself */
  AutoRotateKey: number;
}

export interface DescribeRoleListRequest {
  /** page, from 1 */
  Page: number;
  /** rows per page */
  Rp: number;
  /** roles that carry all of these */
  Tags?: RoleTags[];
}

export interface DescribeRoleListResponse {
  /** the roles, newest first */
  List: RoleInfo[];
  /** rows on all pages */
  TotalNum: number;
}

export interface DescribeSafeAuthFlagRequest {
}

export interface DescribeSafeAuthFlagResponse {
  /** protection of logins */
  LoginFlag: LoginActionFlag;
  /** protection of sensitive operations */
  ActionFlag: LoginActionFlag;
  /** notices on unusual logins */
  OffsiteFlag: OffsiteFlag;
  /** 1 offers to trust the device */
  PromptTrust: number;
}

export interface DescribeSafeAuthFlagCollRequest {
  /** uin of the sub-user */
  SubUin: number;
}

export interface DescribeSafeAuthFlagCollResponse {
  /** protection of logins */
  LoginFlag: LoginActionFlag;
  /** protection of sensitive operations */
  ActionFlag: LoginActionFlag;
  /** notices on unusual logins */
  OffsiteFlag: OffsiteFlag;
  /** 1 offers to trust the device */
  PromptTrust: number;
}

export interface DescribeSafeAuthFlagIntlRequest {
}

export interface DescribeSafeAuthFlagIntlResponse {
  /** protection of logins */
  LoginFlag: LoginActionFlagIntl;
  /** protection of sensitive operations */
  ActionFlag: LoginActionFlagIntl;
  /** notices on unusual logins */
  OffsiteFlag: OffsiteFlag;
}

export interface DescribeSubAccountsRequest {
  /** uins to look up */
  FilterSubAccountUin: number[];
}

export interface DescribeSubAccountsResponse {
  /** the sub-accounts, in the order asked for */
  SubAccounts: SubAccountUser[];
}

export interface DescribeUserOIDCConfigRequest {
}

export interface DescribeUserOIDCConfigResponse {
  /** 11 role provider, 12 user provider */
  ProviderType: number;
  /** issuer of the OpenID Connect provider */
  IdentityUrl: string;
  /** base64 of the provider's JWKS */
  IdentityKey: string;
  /** client id registered at the provider */
  ClientId: string;
  /** 0 not set, 11 on, 2 off */
  Status: number;
  /** authorization endpoint of the provider */
  AuthorizationEndpoint: string;
  /** scopes to ask for */
  Scope: string[];
  /** response type */
  ResponseType: string;
  /** response mode */
  ResponseMode: string;
  /** claim that names the sub-user (sic) */
  MappingFiled: string;
  /** free text */
  Description: string;
  /** 1 refetches the signing keys by itself */
  AutoRotateKey: number;
}

export interface DescribeUserSAMLConfigRequest {
}

export interface DescribeUserSAMLConfigResponse {
  /** base64 of the SAML metadata */
  SAMLMetadata: string;
  /** 0 not set, 11 on, 2 off */
  Status: number;
  /** auxiliary domain of login names */
  AuxiliaryDomain: string;
}

export interface DetachGroupPolicyRequest {
  /** policy id */
  PolicyId: number;
  /** group id */
  DetachGroupId: number;
}

export interface DetachGroupPolicyResponse {
}

export interface DetachRolePolicyRequest {
  /** policy id; this or PolicyName */
  PolicyId?: number;
  /** role id; this or DetachRoleName */
  DetachRoleId?: string;
  /** role name; this or DetachRoleId */
  DetachRoleName?: string;
  /** policy name; this or PolicyId */
  PolicyName?: string;
}

export interface DetachRolePolicyResponse {
}

export interface DetachUserPolicyRequest {
  /** policy id */
  PolicyId: number;
  /** uin of the sub-user */
  DetachUin: number;
}

export interface DetachUserPolicyResponse {
}

export interface DisableUserSSORequest {
}

export interface DisableUserSSOResponse {
}

export interface GetAccountSummaryRequest {
}

export interface GetAccountSummaryResponse {
  /** custom policies */
  Policies: number;
  /** roles */
  Roles: number;
  /** identity providers; use IdentityProviders */
  Idps: number;
  /** sub-accounts of every kind */
  User: number;
  /** groups */
  Group: number;
  /** memberships */
  Member: number;
  /** role identity providers */
  IdentityProviders: number;
}

export interface GetCustomMFATokenInfoRequest {
  /** challenge token */
  MFAToken: string;
}

export interface GetCustomMFATokenInfoResponse {
  /** whom the challenge belongs to */
  Uin: number;
}

export interface GetGroupRequest {
  /** group id */
  GroupId: number;
}

export interface GetGroupResponse {
  /** group id */
  GroupId: number;
  /** group name */
  GroupName: string;
  /** members of the group */
  GroupNum: number;
  /** description */
  Remark: string;
  /** when it was created */
  CreateTime: string;
  /** the members */
  UserInfo: GroupMemberInfo[];
}

export interface GetPasswordRulesRequest {
}

export interface GetPasswordRulesResponse {
  /** password rules */
  Rules: PassWordRule;
  /** when it was last changed */
  UpdateTime: string;
  /** uin of whoever changed it last */
  Modifier: string;
}

export interface GetPolicyRequest {
  /** policy id */
  PolicyId: number;
}

export interface GetPolicyResponse {
  /** policy name */
  PolicyName: string;
  /** free text */
  Description: string;
  /** 1 custom, 2 preset */
  Type: number;
  /** when it was created */
  AddTime: string;
  /** when it was last changed */
  UpdateTime: string;
  /** policy document, JSON text */
  PolicyDocument: string;
  /** own note on a preset policy */
  PresetAlias: string | null;
  /** 1 for the policy of a service-linked role */
  IsServiceLinkedRolePolicy: number;
  /** tags */
  Tags: Tag[];
}

export interface GetPolicyVersionRequest {
  /** policy id */
  PolicyId: number;
  /** version number */
  VersionId: number;
}

export interface GetPolicyVersionResponse {
  /** the version */
  PolicyVersion: PolicyVersionDetail;
}

export interface GetRoleRequest {
  /** role id; this or RoleName */
  RoleId?: string;
  /** role name; this or RoleId */
  RoleName?: string;
}

export interface GetRoleResponse {
  /** the role */
  RoleInfo: RoleInfo;
}

export interface GetRolePermissionBoundaryRequest {
  /** role id */
  RoleId: string;
}

export interface GetRolePermissionBoundaryResponse {
  /** policy id */
  PolicyId: number | null;
  /** policy name */
  PolicyName: string | null;
  /** policy document, JSON text */
  PolicyDocument: string | null;
  /** 1 custom, 2 preset */
  PolicyType: number | null;
  /** 1 by product, 2 by syntax, 3 generator, 4 tag, 5 boundary rules */
  CreateMode: number | null;
}

export interface GetSAMLProviderRequest {
  /** provider name */
  Name: string;
}

export interface GetSAMLProviderResponse {
  /** provider name */
  Name: string;
  /** free text */
  Description: string;
  /** when it was created */
  CreateTime: string;
  /** when it was last changed */
  ModifyTime: string;
  /** base64 of the SAML metadata */
  SAMLMetadata: string;
}

export interface GetSecurityLastUsedRequest {
  /** SecretIds to look up */
  SecretIdList: string[];
}

export interface GetSecurityLastUsedResponse {
  /** one row per SecretId asked for, in that order */
  SecretIdLastUsedRows: SecretIdLastUsed[];
}

export interface GetServiceLinkedRoleDeletionStatusRequest {
  /** id of the deletion task */
  DeletionTaskId: string;
}

export interface GetServiceLinkedRoleDeletionStatusResponse {
  /** NOT_STARTED, IN_PROGRESS, SUCCEEDED or FAILED */
  Status: string;
  /** why the deletion failed */
  Reason: string;
  /** service */
  ServiceType: string | null;
  /** display name of the service */
  ServiceName: string | null;
}

export interface GetUserRequest {
  /** user name */
  Name: string;
}

export interface GetUserResponse {
  /** account number */
  Uin: number;
  /** user name */
  Name: string;
  /** user number, used where a receiver has no uin */
  Uid: number;
  /** free text */
  Remark: string | null;
  /** 1 if console login is allowed, else 0 */
  ConsoleLogin: number;
  /** phone number without country code */
  PhoneNum: string;
  /** country calling code of the phone number */
  CountryCode: string;
  /** e-mail address */
  Email: string;
  /** address of the last console login, or empty */
  RecentlyLoginIP: string;
  /** time of the last console login, or empty */
  RecentlyLoginTime: string;
}

export interface GetUserAppIdRequest {
}

export interface GetUserAppIdResponse {
  /** uin of the caller */
  Uin: string;
  /** uin of the root account */
  OwnerUin: string;
  /** application id of the root account */
  AppId: number;
}

export interface GetUserPermissionBoundaryRequest {
  /** uin of the user */
  TargetUin: number;
}

export interface GetUserPermissionBoundaryResponse {
  /** policy id */
  PolicyId: number | null;
  /** policy name */
  PolicyName: string | null;
  /** policy document, JSON text */
  PolicyDocument: string | null;
  /** 1 custom, 2 preset */
  PolicyType: number | null;
  /** 1 by product, 2 by syntax, 3 generator, 4 tag, 5 boundary rules */
  CreateMode: number | null;
}

export interface ListAccessKeysRequest {
  /** whose keys; absent or 0 means the caller */
  TargetUin?: number;
}

export interface ListAccessKeysResponse {
  /** the keys, oldest first */
  AccessKeys: AccessKey[];
}

export interface ListAccountsRequest {
  /** rows per answer */
  MaxItems?: number;
  /** where to go on */
  Marker?: string;
  /** only this kind */
  UserType?: "Owner" | "SubUser" | "CICUser" | "WechatCorpUser" | "AgentIdentity" | "Collaborator" | "MessageReceiver" | "Unknown";
}

export interface ListAccountsResponse {
  /** the accounts */
  Users: ListAllUser[];
  /** where the next answer starts, empty at the end */
  Marker: string;
  /** whether more rows follow */
  IsTruncated: boolean;
}

export interface ListAttachedGroupPoliciesRequest {
  /** group id */
  TargetGroupId: number;
  /** page, from 1 */
  Page?: number;
  /** rows per page */
  Rp?: number;
  /** part of the name */
  Keyword?: string;
}

export interface ListAttachedGroupPoliciesResponse {
  /** rows on all pages */
  TotalNum: number;
  /** the rows */
  List: AttachPolicyInfo[];
}

export interface ListAttachedRolePoliciesRequest {
  /** page, from 1 */
  Page: number;
  /** rows per page */
  Rp: number;
  /** role id; this or RoleName */
  RoleId?: string;
  /** role name; this or RoleId */
  RoleName?: string;
  /** only this kind */
  PolicyType?: "User" | "QCS";
  /** part of the name */
  Keyword?: string;
}

export interface ListAttachedRolePoliciesResponse {
  /** the rows */
  List: AttachedPolicyOfRole[];
  /** rows on all pages */
  TotalNum: number;
}

export interface ListAttachedUserAllPoliciesRequest {
  /** uin of the user */
  TargetUin: number;
  /** rows per page */
  Rp: number;
  /** page, 1 to 200 */
  Page: number;
  /** 0 direct and by group, 1 direct, 2 by group */
  AttachType: number;
  /** 1 custom, 2 preset */
  StrategyType?: number;
  /** part of the name */
  Keyword?: string;
}

export interface ListAttachedUserAllPoliciesResponse {
  /** the policies */
  PolicyList: AttachedUserPolicy[];
  /** rows on all pages */
  TotalNum: number;
}

export interface ListAttachedUserPoliciesRequest {
  /** uin of the user */
  TargetUin: number;
  /** page, from 1 */
  Page?: number;
  /** rows per page */
  Rp?: number;
}

export interface ListAttachedUserPoliciesResponse {
  /** rows on all pages */
  TotalNum: number;
  /** the rows */
  List: AttachPolicyInfo[];
}

export interface ListCollaboratorsRequest {
  /** rows per page */
  Limit?: number;
  /** rows to skip */
  Offset?: number;
}

export interface ListCollaboratorsResponse {
  /** rows on all pages */
  TotalNum: number;
  /** the users */
  Data: SubAccountInfo[];
}

export interface ListEntitiesForPolicyRequest {
  /** policy id */
  PolicyId: number;
  /** page, from 1 */
  Page?: number;
  /** rows per page */
  Rp?: number;
  /** kind of entity */
  EntityFilter?: "All" | "User" | "Group" | "Role";
}

export interface ListEntitiesForPolicyResponse {
  /** rows on all pages */
  TotalNum: number;
  /** the rows */
  List: AttachEntityOfPolicy[];
}

export interface ListGroupsRequest {
  /** page, from 1 */
  Page?: number;
  /** rows per page */
  Rp?: number;
  /** part of the name */
  Keyword?: string;
}

export interface ListGroupsResponse {
  /** rows on all pages */
  TotalNum: number;
  /** the groups */
  GroupInfo: GroupInfo[];
}

export interface ListGroupsForUserRequest {
  /** user number; wins over SubUin */
  Uid?: number;
  /** rows per page */
  Rp?: number;
  /** page, from 1 */
  Page?: number;
  /** uin of the sub-user */
  SubUin?: number;
}

export interface ListGroupsForUserResponse {
  /** rows on all pages */
  TotalNum: number;
  /** the groups */
  GroupInfo: GroupInfo[];
}

export interface ListPoliciesRequest {
  /** rows per page */
  Rp?: number;
  /** page, from 1 */
  Page?: number;
  /** All, QCS (preset) or Local (custom) */
  Scope?: "All" | "QCS" | "Local";
  /** part of the name */
  Keyword?: string;
}

export interface ListPoliciesResponse {
  /** rows on all pages */
  TotalNum: number;
  /** the policies: custom ones, newest first, then presets */
  List: StrategyInfo[];
  /** always empty */
  ServiceTypeList: string[];
}

export interface ListPoliciesGrantingServiceAccessRequest {
  /** uin; exactly one of TargetUin, RoleId, GroupId */
  TargetUin?: number;
  /** role id; exactly one of TargetUin, RoleId, GroupId */
  RoleId?: number;
  /** group id; exactly one of TargetUin, RoleId, GroupId */
  GroupId?: number;
  /** only this service, with its actions */
  ServiceType?: string;
}

export interface ListPoliciesGrantingServiceAccessResponse {
  /** the rows */
  List: ListGrantServiceAccessNode[];
}

export interface ListPolicyVersionsRequest {
  /** policy id */
  PolicyId: number;
}

export interface ListPolicyVersionsResponse {
  /** the versions, oldest first */
  Versions: PolicyVersionItem[];
}

export interface ListReceiverRequest {
  /** rows to skip */
  Offset?: number;
  /** rows per page */
  Limit?: number;
}

export interface ListReceiverResponse {
  /** rows in all */
  TotalCount: number;
  /** the receivers */
  Receivers: Receiver[];
}

export interface ListSAMLProvidersRequest {
}

export interface ListSAMLProvidersResponse {
  /** rows in all */
  TotalCount: number;
  /** the providers */
  SAMLProviderSet: SAMLProviderInfo[];
}

export interface ListUsersRequest {
}

export interface ListUsersResponse {
  /** the sub-users, newest first */
  Data: SubAccountInfo[];
}

export interface ListUsersForGroupRequest {
  /** group id */
  GroupId: number;
  /** page, from 1 */
  Page?: number;
  /** rows per page */
  Rp?: number;
}

export interface ListUsersForGroupResponse {
  /** rows on all pages */
  TotalNum: number;
  /** the members */
  UserInfo: GroupMemberInfo[];
}

export interface ListWeChatWorkSubAccountsRequest {
  /** rows to skip */
  Offset: number;
  /** rows per page */
  Limit: number;
}

export interface ListWeChatWorkSubAccountsResponse {
  /** the users */
  Data: WeChatWorkSubAccount[];
  /** rows in all */
  TotalCount: number;
}

export interface PutRolePermissionsBoundaryRequest {
  /** policy id */
  PolicyId: number;
  /** role id; this or RoleName */
  RoleId?: string;
  /** role name; this or RoleId */
  RoleName?: string;
}

export interface PutRolePermissionsBoundaryResponse {
}

export interface PutUserPermissionsBoundaryRequest {
  /** uin of the user */
  TargetUin: number;
  /** policy id */
  PolicyId: number;
}

export interface PutUserPermissionsBoundaryResponse {
}

export interface RemoveUserFromGroupRequest {
  /** pairs of user and group */
  Info: GroupIdOfUidInfo[];
}

export interface RemoveUserFromGroupResponse {
}

export interface SetDefaultPolicyVersionRequest {
  /** policy id */
  PolicyId: number;
  /** version number */
  VersionId: number;
}

export interface SetDefaultPolicyVersionResponse {
}

export interface SetMfaFlagRequest {
  /** uin of the sub-user */
  OpUin?: number;
  /** protection of logins */
  LoginFlag?: LoginActionMfaFlag;
  /** protection of sensitive operations */
  ActionFlag?: LoginActionMfaFlag;
}

export interface SetMfaFlagResponse {
}

export interface TagRoleRequest {
  /** tags */
  Tags: RoleTags[];
  /** role name; this or RoleId */
  RoleName?: string;
  /** role id; this or RoleName */
  RoleId?: string;
}

export interface TagRoleResponse {
}

export interface UntagRoleRequest {
  /** tag keys */
  TagKeys: string[];
  /** role name; this or RoleId */
  RoleName?: string;
  /** role id; this or RoleName */
  RoleId?: string;
}

export interface UntagRoleResponse {
}

export interface UpdateAccessKeyRequest {
  /** the SecretId of the key */
  AccessKeyId: string;
  /** Active or Inactive */
  Status: "Active" | "Inactive";
  /** whose key; absent or 0 means the caller */
  TargetUin?: number;
}

export interface UpdateAccessKeyResponse {
}

export interface UpdateAssumeRolePolicyRequest {
  /** trust policy, JSON text */
  PolicyDocument: string;
  /** role id; this or RoleName */
  RoleId?: string;
  /** role name; this or RoleId */
  RoleName?: string;
}

export interface UpdateAssumeRolePolicyResponse {
}

export interface UpdateGroupRequest {
  /** group id */
  GroupId: number;
  /** group name */
  GroupName?: string;
  /** free text */
  Remark?: string;
}

export interface UpdateGroupResponse {
}

export interface UpdateOIDCConfigRequest {
  /** issuer of the OpenID Connect provider */
  IdentityUrl: string;
  /** client id registered at the provider */
  ClientId: string[];
  /** provider name */
  Name: string;
  /** base64 of the provider's JWKS */
  IdentityKey: string;
  /** free text */
  Description?: string;
  /** 1 refetches the signing keys by itself */
  AutoRotateKey?: number;
}

export interface UpdateOIDCConfigResponse {
}

export interface UpdatePasswordRulesRequest {
  /** password rules */
  Rules: PassWordRule;
}

export interface UpdatePasswordRulesResponse {
}

export interface UpdatePolicyRequest {
  /** selects the policy; this or PolicyName */
  PolicyId?: number;
  /** selects the policy, or renames the one PolicyId selects */
  PolicyName?: string;
  /** free text */
  Description?: string;
  /** policy document, JSON text */
  PolicyDocument?: string;
  /** own note on a preset policy */
  Alias?: string;
}

export interface UpdatePolicyResponse {
  /** policy id */
  PolicyId: number;
}

export interface UpdateRoleConsoleLoginRequest {
  /** 1 if console login is allowed, else 0 */
  ConsoleLogin: number;
  /** role id; this or RoleName */
  RoleId?: number;
  /** role name; this or RoleId */
  RoleName?: string;
}

export interface UpdateRoleConsoleLoginResponse {
}

export interface UpdateRoleDescriptionRequest {
  /** free text */
  Description: string;
  /** role id; this or RoleName */
  RoleId?: string;
  /** role name; this or RoleId */
  RoleName?: string;
}

export interface UpdateRoleDescriptionResponse {
}

export interface UpdateRoleSessionDurationRequest {
  /** longest session in seconds */
  SessionDuration: number;
  /** role name; this or RoleId */
  RoleName?: string;
  /** role id; this or RoleName */
  RoleId?: number;
}

export interface UpdateRoleSessionDurationResponse {
}

export interface UpdateSAMLProviderRequest {
  /** provider name */
  Name: string;
  /** free text */
  Description?: string;
  /** base64 of the SAML metadata */
  SAMLMetadataDocument?: string;
}

export interface UpdateSAMLProviderResponse {
}

export interface UpdateUserRequest {
  /** which user; names do not change */
  Name: string;
  /** free text */
  Remark?: string;
  /** 1 if console login is allowed, else 0 */
  ConsoleLogin?: number;
  /** new console password */
  Password?: string;
  /** 1 forces a new password at the next console login */
  NeedResetPassword?: number;
  /** phone number without country code */
  PhoneNum?: string;
  /** country calling code of the phone number */
  CountryCode?: string;
  /** e-mail address */
  Email?: string;
}

export interface UpdateUserResponse {
}

export interface UpdateUserOIDCConfigRequest {
  /** issuer of the OpenID Connect provider */
  IdentityUrl: string;
  /** client id registered at the provider */
  ClientId: string;
  /** authorization endpoint of the provider */
  AuthorizationEndpoint: string;
  /** response type */
  ResponseType: "id_token";
  /** response mode */
  ResponseMode: "form_post" | "fragment";
  /** claim that names the sub-user (sic) */
  MappingFiled: string;
  /** base64 of the provider's JWKS */
  IdentityKey: string;
  /** scopes to ask for */
  Scope?: ("openid" | "email" | "profile")[];
  /** free text */
  Description?: string;
  /** 1 refetches the signing keys by itself */
  AutoRotateKey?: number;
}

export interface UpdateUserOIDCConfigResponse {
}

export interface UpdateUserSAMLConfigRequest {
  /** enable, disable or updateSAML */
  Operate: "enable" | "disable" | "updateSAML";
  /** base64 of the SAML metadata; needed for updateSAML */
  SAMLMetadataDocument?: string;
  /** auxiliary domain of login names */
  AuxiliaryDomain?: string;
}

export interface UpdateUserSAMLConfigResponse {
}

export interface Actions {
  /** Creates a sub-user of the account. */
  AddUser: { in: AddUserRequest; out: AddUserResponse };
  /** Puts sub-users into groups, all or none. */
  AddUserToGroup: { in: AddUserToGroupRequest; out: AddUserToGroupResponse };
  /** Attaches a policy to a group. */
  AttachGroupPolicy: { in: AttachGroupPolicyRequest; out: AttachGroupPolicyResponse };
  /** Attaches a policy to a role. */
  AttachRolePolicy: { in: AttachRolePolicyRequest; out: AttachRolePolicyResponse };
  /** Attaches a policy to a sub-user. */
  AttachUserPolicy: { in: AttachUserPolicyRequest; out: AttachUserPolicyResponse };
  /** Makes a short-lived credential for a database account. */
  BuildDataFlowAuthToken: { in: BuildDataFlowAuthTokenRequest; out: BuildDataFlowAuthTokenResponse };
  /** Marks a custom MFA challenge as passed. */
  ConsumeCustomMFAToken: { in: ConsumeCustomMFATokenRequest; out: ConsumeCustomMFATokenResponse };
  /** Creates an access key; the SecretKey is shown only in this answer. */
  CreateAccessKey: { in: CreateAccessKeyRequest; out: CreateAccessKeyResponse };
  /** Creates a group. */
  CreateGroup: { in: CreateGroupRequest; out: CreateGroupResponse };
  /** Creates a contact that only receives messages. */
  CreateMessageReceiver: { in: CreateMessageReceiverRequest; out: CreateMessageReceiverResponse };
  /** Creates an OpenID Connect provider for roles. */
  CreateOIDCConfig: { in: CreateOIDCConfigRequest; out: CreateOIDCConfigResponse };
  /** Creates a custom policy with its first version. */
  CreatePolicy: { in: CreatePolicyRequest; out: CreatePolicyResponse };
  /** Adds a version to a custom policy. */
  CreatePolicyVersion: { in: CreatePolicyVersionRequest; out: CreatePolicyVersionResponse };
  /** Creates a role with its trust policy. */
  CreateRole: { in: CreateRoleRequest; out: CreateRoleResponse };
  /** Creates a SAML provider for roles. */
  CreateSAMLProvider: { in: CreateSAMLProviderRequest; out: CreateSAMLProviderResponse };
  /** Creates a role that belongs to a service. */
  CreateServiceLinkedRole: { in: CreateServiceLinkedRoleRequest; out: CreateServiceLinkedRoleResponse };
  /** Sets from which addresses sub-users may log in. */
  CreateSubAccountLoginIpPolicy: { in: CreateSubAccountLoginIpPolicyRequest; out: CreateSubAccountLoginIpPolicyResponse };
  /** Turns on single sign-on of sub-users through OpenID Connect. */
  CreateUserOIDCConfig: { in: CreateUserOIDCConfigRequest; out: CreateUserOIDCConfigResponse };
  /** Turns on single sign-on of sub-users through SAML. */
  CreateUserSAMLConfig: { in: CreateUserSAMLConfigRequest; out: CreateUserSAMLConfigResponse };
  /** Deletes an access key for good. */
  DeleteAccessKey: { in: DeleteAccessKeyRequest; out: DeleteAccessKeyResponse };
  /** Deletes a group with its memberships and attachments. */
  DeleteGroup: { in: DeleteGroupRequest; out: DeleteGroupResponse };
  /** Deletes a message receiver. */
  DeleteMessageReceiver: { in: DeleteMessageReceiverRequest; out: DeleteMessageReceiverResponse };
  /** Deletes an OpenID Connect provider for roles. */
  DeleteOIDCConfig: { in: DeleteOIDCConfigRequest; out: DeleteOIDCConfigResponse };
  /** Deletes custom policies everywhere, all or none. */
  DeletePolicy: { in: DeletePolicyRequest; out: DeletePolicyResponse };
  /** Deletes versions of a policy, all or none. */
  DeletePolicyVersion: { in: DeletePolicyVersionRequest; out: DeletePolicyVersionResponse };
  /** Deletes a role; its sessions end at once. */
  DeleteRole: { in: DeleteRoleRequest; out: DeleteRoleResponse };
  /** Removes the permissions boundary of a role. */
  DeleteRolePermissionsBoundary: { in: DeleteRolePermissionsBoundaryRequest; out: DeleteRolePermissionsBoundaryResponse };
  /** Deletes a SAML provider for roles. */
  DeleteSAMLProvider: { in: DeleteSAMLProviderRequest; out: DeleteSAMLProviderResponse };
  /** Starts to delete a service-linked role. */
  DeleteServiceLinkedRole: { in: DeleteServiceLinkedRoleRequest; out: DeleteServiceLinkedRoleResponse };
  /** Deletes a sub-user with all that hangs on it. */
  DeleteUser: { in: DeleteUserRequest; out: DeleteUserResponse };
  /** Removes the permissions boundary of a sub-user. */
  DeleteUserPermissionsBoundary: { in: DeleteUserPermissionsBoundaryRequest; out: DeleteUserPermissionsBoundaryResponse };
  /** Shows an OpenID Connect provider for roles. */
  DescribeOIDCConfig: { in: DescribeOIDCConfigRequest; out: DescribeOIDCConfigResponse };
  /** Lists roles, newest first. */
  DescribeRoleList: { in: DescribeRoleListRequest; out: DescribeRoleListResponse };
  /** Shows how the caller's own logins and operations are protected. */
  DescribeSafeAuthFlag: { in: DescribeSafeAuthFlagRequest; out: DescribeSafeAuthFlagResponse };
  /** Shows how a sub-user's logins and operations are protected. */
  DescribeSafeAuthFlagColl: { in: DescribeSafeAuthFlagCollRequest; out: DescribeSafeAuthFlagCollResponse };
  /** Shows the caller's own protection, international form. */
  DescribeSafeAuthFlagIntl: { in: DescribeSafeAuthFlagIntlRequest; out: DescribeSafeAuthFlagIntlResponse };
  /** Looks sub-accounts up by uin; unknown ones are left out. */
  DescribeSubAccounts: { in: DescribeSubAccountsRequest; out: DescribeSubAccountsResponse };
  /** Shows the OpenID Connect set-up of sub-user sign-on. */
  DescribeUserOIDCConfig: { in: DescribeUserOIDCConfigRequest; out: DescribeUserOIDCConfigResponse };
  /** Shows the SAML set-up of sub-user sign-on. */
  DescribeUserSAMLConfig: { in: DescribeUserSAMLConfigRequest; out: DescribeUserSAMLConfigResponse };
  /** Detaches a policy from a group. */
  DetachGroupPolicy: { in: DetachGroupPolicyRequest; out: DetachGroupPolicyResponse };
  /** Detaches a policy from a role. */
  DetachRolePolicy: { in: DetachRolePolicyRequest; out: DetachRolePolicyResponse };
  /** Detaches a policy from a sub-user. */
  DetachUserPolicy: { in: DetachUserPolicyRequest; out: DetachUserPolicyResponse };
  /** Turns single sign-on of sub-users off. */
  DisableUserSSO: { in: DisableUserSSORequest; out: DisableUserSSOResponse };
  /** Counts what the account holds. */
  GetAccountSummary: { in: GetAccountSummaryRequest; out: GetAccountSummaryResponse };
  /** Tells whom a custom MFA challenge belongs to. */
  GetCustomMFATokenInfo: { in: GetCustomMFATokenInfoRequest; out: GetCustomMFATokenInfoResponse };
  /** Shows a group with its members. */
  GetGroup: { in: GetGroupRequest; out: GetGroupResponse };
  /** Shows the password rules of the account. */
  GetPasswordRules: { in: GetPasswordRulesRequest; out: GetPasswordRulesResponse };
  /** Shows a policy with its default version. */
  GetPolicy: { in: GetPolicyRequest; out: GetPolicyResponse };
  /** Shows a version of a policy. */
  GetPolicyVersion: { in: GetPolicyVersionRequest; out: GetPolicyVersionResponse };
  /** Shows a role. */
  GetRole: { in: GetRoleRequest; out: GetRoleResponse };
  /** Shows the permissions boundary of a role; all null when there is none. */
  GetRolePermissionBoundary: { in: GetRolePermissionBoundaryRequest; out: GetRolePermissionBoundaryResponse };
  /** Shows a SAML provider for roles. */
  GetSAMLProvider: { in: GetSAMLProviderRequest; out: GetSAMLProviderResponse };
  /** Tells when access keys were last used. */
  GetSecurityLastUsed: { in: GetSecurityLastUsedRequest; out: GetSecurityLastUsedResponse };
  /** Shows how far a service-linked role's deletion is. */
  GetServiceLinkedRoleDeletionStatus: { in: GetServiceLinkedRoleDeletionStatusRequest; out: GetServiceLinkedRoleDeletionStatusResponse };
  /** Shows a sub-user. */
  GetUser: { in: GetUserRequest; out: GetUserResponse };
  /** Tells the caller its uin, its root account and the appid. */
  GetUserAppId: { in: GetUserAppIdRequest; out: GetUserAppIdResponse };
  /** Shows the permissions boundary of a sub-user; all null when there is none. */
  GetUserPermissionBoundary: { in: GetUserPermissionBoundaryRequest; out: GetUserPermissionBoundaryResponse };
  /** Lists access keys, oldest first, without secrets. */
  ListAccessKeys: { in: ListAccessKeysRequest; out: ListAccessKeysResponse };
  /** Lists accounts of every kind, the owner first. */
  ListAccounts: { in: ListAccountsRequest; out: ListAccountsResponse };
  /** Lists the policies attached to a group. */
  ListAttachedGroupPolicies: { in: ListAttachedGroupPoliciesRequest; out: ListAttachedGroupPoliciesResponse };
  /** Lists the policies attached to a role. */
  ListAttachedRolePolicies: { in: ListAttachedRolePoliciesRequest; out: ListAttachedRolePoliciesResponse };
  /** Lists the policies of a sub-user, its own and those of its groups. */
  ListAttachedUserAllPolicies: { in: ListAttachedUserAllPoliciesRequest; out: ListAttachedUserAllPoliciesResponse };
  /** Lists the policies attached to a sub-user itself. */
  ListAttachedUserPolicies: { in: ListAttachedUserPoliciesRequest; out: ListAttachedUserPoliciesResponse };
  /** Lists collaborators. */
  ListCollaborators: { in: ListCollaboratorsRequest; out: ListCollaboratorsResponse };
  /** Lists the users, groups and roles a policy is attached to. */
  ListEntitiesForPolicy: { in: ListEntitiesForPolicyRequest; out: ListEntitiesForPolicyResponse };
  /** Lists groups, newest first. */
  ListGroups: { in: ListGroupsRequest; out: ListGroupsResponse };
  /** Lists the groups a user is in. */
  ListGroupsForUser: { in: ListGroupsForUserRequest; out: ListGroupsForUserResponse };
  /** Lists policies. */
  ListPolicies: { in: ListPoliciesRequest; out: ListPoliciesResponse };
  /** Tells which policies give an identity access to which services. */
  ListPoliciesGrantingServiceAccess: { in: ListPoliciesGrantingServiceAccessRequest; out: ListPoliciesGrantingServiceAccessResponse };
  /** Lists the versions of a policy, without documents. */
  ListPolicyVersions: { in: ListPolicyVersionsRequest; out: ListPolicyVersionsResponse };
  /** Lists message receivers. */
  ListReceiver: { in: ListReceiverRequest; out: ListReceiverResponse };
  /** Lists SAML providers for roles. */
  ListSAMLProviders: { in: ListSAMLProvidersRequest; out: ListSAMLProvidersResponse };
  /** Lists sub-users, all in one answer. */
  ListUsers: { in: ListUsersRequest; out: ListUsersResponse };
  /** Lists the members of a group. */
  ListUsersForGroup: { in: ListUsersForGroupRequest; out: ListUsersForGroupResponse };
  /** Lists sub-users that come from WeCom. */
  ListWeChatWorkSubAccounts: { in: ListWeChatWorkSubAccountsRequest; out: ListWeChatWorkSubAccountsResponse };
  /** Sets the permissions boundary of a role. */
  PutRolePermissionsBoundary: { in: PutRolePermissionsBoundaryRequest; out: PutRolePermissionsBoundaryResponse };
  /** Sets the permissions boundary of a sub-user. */
  PutUserPermissionsBoundary: { in: PutUserPermissionsBoundaryRequest; out: PutUserPermissionsBoundaryResponse };
  /** Takes sub-users out of groups, all or none. */
  RemoveUserFromGroup: { in: RemoveUserFromGroupRequest; out: RemoveUserFromGroupResponse };
  /** Puts another version of a policy into force. */
  SetDefaultPolicyVersion: { in: SetDefaultPolicyVersionRequest; out: SetDefaultPolicyVersionResponse };
  /** Sets how a sub-user's logins and operations are protected. */
  SetMfaFlag: { in: SetMfaFlagRequest; out: SetMfaFlagResponse };
  /** Sets tags on a role. */
  TagRole: { in: TagRoleRequest; out: TagRoleResponse };
  /** Removes tags from a role. */
  UntagRole: { in: UntagRoleRequest; out: UntagRoleResponse };
  /** Switches an access key on or off. */
  UpdateAccessKey: { in: UpdateAccessKeyRequest; out: UpdateAccessKeyResponse };
  /** Replaces the trust policy of a role. */
  UpdateAssumeRolePolicy: { in: UpdateAssumeRolePolicyRequest; out: UpdateAssumeRolePolicyResponse };
  /** Changes name or description of a group. */
  UpdateGroup: { in: UpdateGroupRequest; out: UpdateGroupResponse };
  /** Replaces an OpenID Connect provider for roles. */
  UpdateOIDCConfig: { in: UpdateOIDCConfigRequest; out: UpdateOIDCConfigResponse };
  /** Changes the password rules of the account. */
  UpdatePasswordRules: { in: UpdatePasswordRulesRequest; out: UpdatePasswordRulesResponse };
  /** Rewrites the default version of a custom policy in place, or changes name, description or alias. */
  UpdatePolicy: { in: UpdatePolicyRequest; out: UpdatePolicyResponse };
  /** Allows or forbids console login with a role. */
  UpdateRoleConsoleLogin: { in: UpdateRoleConsoleLoginRequest; out: UpdateRoleConsoleLoginResponse };
  /** Changes the description of a role. */
  UpdateRoleDescription: { in: UpdateRoleDescriptionRequest; out: UpdateRoleDescriptionResponse };
  /** Changes how long sessions of a role may last. */
  UpdateRoleSessionDuration: { in: UpdateRoleSessionDurationRequest; out: UpdateRoleSessionDurationResponse };
  /** Changes a SAML provider for roles. */
  UpdateSAMLProvider: { in: UpdateSAMLProviderRequest; out: UpdateSAMLProviderResponse };
  /** Changes a sub-user; absent members keep their value. */
  UpdateUser: { in: UpdateUserRequest; out: UpdateUserResponse };
  /** Replaces the OpenID Connect set-up of sub-user sign-on. */
  UpdateUserOIDCConfig: { in: UpdateUserOIDCConfigRequest; out: UpdateUserOIDCConfigResponse };
  /** Changes the SAML set-up of sub-user sign-on. */
  UpdateUserSAMLConfig: { in: UpdateUserSAMLConfigRequest; out: UpdateUserSAMLConfigResponse };
}
