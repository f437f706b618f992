// Made by internal/contract/gen from api/. Do not edit.

export const version = "2026-12-01";

/** An access key of somebody in the account. */
export interface AccountAccessKey {
  /** SecretId */
  AccessKeyId: string;
  /** uin of whoever holds it: the root account's or a sub-user's */
  Uin: number;
  /** name of the sub-user; of the account for the root */
  UserName: string;
  /** Active or Inactive */
  Status: string;
  /** description */
  Description: string;
  /** creation, Unix seconds */
  CreateTime: number;
  /** last use, Unix seconds; null if it was never used */
  LastUsedTime: number | null;
}

/** Something in the account that should be looked at. */
export interface Advice {
  /** what it is: RootAccessKey, RootNoMfa, NoMfa, UnusedAccessKey, OldAccessKey, UnusedUser, AdministratorUsers, WildcardPolicy, DirectPolicies or WeakPasswordRules */
  Code: string;
  /** high, medium, low, or ok where there is nothing to do */
  Severity: string;
  /** how many are concerned, 10,000 at most */
  Count: number;
  /** the first twenty of them */
  Subjects: AdviceSubject[];
}

/** Somebody whom an advice concerns, or a policy. */
export interface AdviceSubject {
  /** uin, 0 for a policy */
  Uin: number;
  /** name of the sub-user or policy; of the account for the root */
  Name: string;
  /** SecretId of the key that is meant; empty where it is none */
  AccessKeyId: string;
  /** id of the policy that is meant, 0 where it is none */
  PolicyId: number;
}

/** Actions of one service that a principal may do in the same way. */
export interface AllowedActions {
  /** service, * for every one that is not listed */
  Service: string;
  /** names of actions; patterns where the service's actions are not known */
  Actions: string[];
  /** patterns of the resources, * for all and for actions without one */
  Resources: string[];
  /** whether it depends on what the question left open */
  Conditional: boolean;
  /** the conditions that it depends on, as far as the caller may read them */
  Conditions: OpenCondition[];
  /** what statements deny of it, as far as the caller may read them */
  Except: DeniedPart[];
  /** the statements that allow it, as far as the caller may read them */
  Grants: Grant[];
  /** whether statements were left out that the caller may not read */
  Redacted: boolean;
}

/** A principal that may do what was asked. */
export interface AllowedPrincipal {
  /** root, user or role */
  PrincipalType: string;
  /** uin or id of the role */
  PrincipalId: string;
  /** name of the user or role */
  Name: string;
  /** whether it depends on what the question left open */
  Conditional: boolean;
  /** the conditions that it depends on, as far as the caller may read them */
  Conditions: OpenCondition[];
  /** the statements that allow it, as far as the caller may read them; none for the root user */
  Grants: Grant[];
  /** whether statements were left out that the caller may not read */
  Redacted: boolean;
}

/** A call in the audit trail, as a list shows it. */
export interface AuditRecord {
  /** request id */
  RequestId: string;
  /** when it came, Unix milliseconds */
  Time: number;
  /** protocol that it came by, such as api3 or console */
  Door: string;
  /** service:Name */
  Action: string;
  /** what it was decided on, and what it touched */
  Resources: string[];
  /** root, user, role, application, operator or anonymous */
  CallerType: string;
  /** uin or id of the role */
  CallerId: string;
  /** name of the sub-user, role or session, as far as it is known now */
  CallerName: string;
  /** key or console session that made it */
  SecretId: string;
  /** address that it came from */
  Ip: string;
  /** allow, explicit_deny, implicit_deny, or none where no policy was asked */
  Effect: string;
  /** ok, the error code, or Canceled where the caller did not wait for the answer */
  Outcome: string;
  /** how long it took */
  DurationMs: number;
}

/** A sub-user of a person as a user of BI. */
export interface BiUser {
  /** id of the user in BI */
  UserId: string;
  /** name of the user in BI */
  UserName: string;
  /** uin of the sub-user */
  Uin: number;
  /** Enabled or Disabled: what it is now, the person's own status counted in */
  Status: string;
}

/** An action that policies can name. */
export interface CatalogueAction {
  /** name without the service */
  Name: string;
  /** what it does, in English; empty where nobody said */
  Title: string;
  /** the same in Chinese */
  TitleZh: string;
  /** resource, operation or service: how finely it can be granted */
  Level: string;
  /** read, list, write or permission */
  Access: string;
  /** prefixes of the resource types that it is decided on */
  ResourceTypes: string[];
}

/** A condition key that questions about a product carry. */
export interface CatalogueConditionKey {
  /** full name */
  Key: string;
  /** string, number, date, bool or ip */
  Type: string;
  /** what it is, in English */
  Title: string;
  /** the same in Chinese */
  TitleZh: string;
}

/** A product that policies can name. */
export interface CatalogueProduct {
  /** name in actions and resources */
  Service: string;
  /** title in English */
  Title: string;
  /** title in Chinese */
  TitleZh: string;
  /** resource, operation or service: the finest that any of its actions has */
  Level: string;
  /** whether what is not listed does not exist */
  IsComplete: boolean;
  /** number of its actions */
  ActionCount: number;
}

/** A kind of resource of a product. */
export interface CatalogueResourceType {
  /** what the sixth segment of its names starts with */
  Prefix: string;
  /** six-segment name with ${variables} */
  Template: string;
  /** title in English */
  Title: string;
  /** title in Chinese */
  TitleZh: string;
}

/** A recorded call that would be decided otherwise. */
export interface ChangedCall {
  /** request id, or id of a decision that a service got, as DescribeDecision takes it */
  RequestId: string;
  /** when it came, Unix milliseconds */
  Time: number;
  /** what was asked for, service:Name */
  Action: string;
  /** what it was asked on */
  Resource: string;
  /** user or role */
  PrincipalType: string;
  /** uin or id of the role */
  PrincipalId: string;
  /** what is decided now: allow, explicit_deny or implicit_deny */
  Before: string;
  /** what would be decided with the draft */
  After: string;
}

/** A condition with what it looked at. */
export interface ConditionTrace {
  /** operator */
  Operator: string;
  /** condition key */
  Key: string;
  /** values of the policy */
  Values: string[];
  /** values of the question */
  Seen: string[];
  /** whether the question has no such key */
  Missing: boolean;
}

/** Somebody's session in the console. */
export interface ConsoleSession {
  /** id of the session; it signs nothing */
  SessionId: string;
  /** whose it is */
  Uin: number;
  /** password or wecom */
  Method: string;
  /** whether a second factor was proved */
  Mfa: boolean;
  /** address at sign-in */
  Ip: string;
  /** user agent at sign-in */
  Client: string;
  /** sign-in, Unix seconds */
  CreateTime: number;
  /** last call, Unix seconds, to the minute */
  LastActiveTime: number;
  /** latest end, Unix seconds */
  ExpireTime: number;
  /** whether it is the session that asks */
  IsCurrent: boolean;
}

/** What a request has for one condition key. */
export interface ContextKey {
  /** full name, such as qcs:ip, qcs:current_time, qcs:mfa, qcs:request_tag */
  Key: string;
  /** its values; of qcs:request_tag each is key&value */
  Values: string[];
}

/** A part of what is allowed that a statement denies, if its conditions hold. */
export interface DeniedPart {
  /** pattern of actions, service:Name */
  Action: string;
  /** pattern of resources */
  Resource: string;
}

/** A person as a user of EIAM. */
export interface EiamUser {
  /** id of the user in EIAM, which is that of the person */
  UserId: string;
  /** login */
  UserName: string;
  /** Enabled or Disabled: what EIAM shows */
  Status: string;
}

/** A sub-user in a list, with what an administrator looks for. */
export interface FoundUser {
  /** uin */
  Uin: number;
  /** uid */
  Uid: number;
  /** name */
  Name: string;
  /** SubUser, WeComUser or Collaborator */
  UserType: string;
  /** remark */
  Remark: string;
  /** whether it may sign in to the console */
  ConsoleLogin: boolean;
  /** phone number */
  PhoneNum: string;
  /** country code of the number */
  CountryCode: string;
  /** email */
  Email: string;
  /** WeCom enterprise; empty for others */
  CorpId: string;
  /** userid in it */
  WeComUserId: string;
  /** Active; Locked after wrong passwords; PersonDisabled; of WeCom users also Departed, Hidden, WeComDisabled, NotActivated or Unlinked */
  State: string;
  /** since when, Unix seconds; null for Active */
  StateTime: number | null;
  /** whether a TOTP device is bound */
  Mfa: boolean;
  /** number of enabled access keys */
  ActiveKeys: number;
  /** number of access keys */
  Keys: number;
  /** number of groups that it is in */
  Groups: number;
  /** number of policies attached to it directly */
  Policies: number;
  /** last sign-in, Unix seconds; null if there was none */
  LastLoginTime: number | null;
  /** its address */
  LastLoginIp: string;
  /** creation, Unix seconds */
  CreateTime: number;
}

/** A statement that allows, and how the principal comes by its policy. */
export interface Grant {
  /** identity, or resource for the policy of the resource itself */
  Layer: string;
  /** id of the policy, 0 for that of the resource */
  PolicyId: number;
  /** name of the policy */
  PolicyName: string;
  /** version in force */
  Version: number;
  /** number of the statement in its document, from 1 */
  Statement: number;
  /** whether it depends on what the question left open that it applies */
  Conditional: boolean;
  /** whether the policy is attached to the principal itself */
  Direct: boolean;
  /** groups of the user that have the policy */
  Groups: GroupRef[];
}

/** A group. */
export interface GroupRef {
  /** id of the group */
  GroupId: number;
  /** name of the group */
  GroupName: string;
}

/** What would change for those who have the same policies. */
export interface HolderChanges {
  /** user or role, of one of them */
  PrincipalType: string;
  /** uin or id of the role */
  PrincipalId: string;
  /** name of the user or role */
  Name: string;
  /** number of them among those that were looked at */
  Holders: number;
  /** whether the policy bounds them */
  Bounded: boolean;
  /** what would change */
  Changes: ReachChange[];
  /** whether there was too much to compare */
  IsPartial: boolean;
  /** whether the changes are left out, because they follow from policies that the caller may not read too */
  Redacted: boolean;
}

/** What one layer of policies says. */
export interface LayerTrace {
  /** control, general, boundary, session, identity or resource */
  Layer: string;
  /** level of the organization, 0 for the account's own */
  Level: number;
  /** deny if a statement denies, else allow if one allows, else none */
  Result: string;
  /** why the layer has no say: root, exempt, or empty */
  Skipped: string;
  /** statements about this action and resource that the caller may read */
  Statements: StatementTrace[];
  /** policies that cannot be read as documents */
  Broken: PolicyRef[];
  /** number of further statements that are not listed */
  More: number;
  /** whether statements were left out that the caller may not read */
  Redacted: boolean;
}

/** Something in a policy document that is wrong or surprising. */
export interface LintFinding {
  /** error where the document is refused for it, else warning */
  Severity: string;
  /** what it is */
  Code: string;
  /** a sentence, in the language of the call */
  Message: string;
  /** what to write instead, empty where that is not clear */
  Suggestion: string;
  /** where, such as /statement/0/action/1; empty for the whole */
  Path: string;
  /** where it begins, in UTF-16 units of the document with its percent encoding undone */
  From: number;
  /** where it ends */
  To: number;
}

/** A condition on what the question left open. */
export interface OpenCondition {
  /** effect of its statement, allow or deny */
  Effect: string;
  /** operator */
  Operator: string;
  /** condition key */
  Key: string;
  /** values of the policy */
  Values: string[];
}

/** A person with its whole profile. Texts are empty where nothing is known. */
export interface Person {
  /** id */
  PersonId: string;
  /** Enabled; Disabled where anything in DisabledBy disables it */
  Status: string;
  /** Administrator for SetPersonStatus, EIAM for EIAM's disable; enabling by one takes back its own alone */
  DisabledBy: string[];
  /** login */
  UserName: string;
  /** name */
  Name: string;
  /** first name */
  FirstName: string;
  /** middle name */
  MiddleName: string;
  /** last name */
  LastName: string;
  /** mobile, +86-15204130007 */
  Mobile: string;
  /** email */
  Email: string;
  /** employee id */
  EmployeeId: string;
  /** id where the person was imported from */
  ExternalId: string;
  /** trust level */
  Grade: number;
  /** predefined attributes by name */
  Attributes: PersonAttribute[];
  /** attributes that the account defined by name */
  Extension: PersonAttribute[];
  /** whether failed logins keep the person out for now */
  Locked: boolean;
  /** whether the password has to be changed at the next login */
  MustModifyPassword: boolean;
  /** when the password was last changed, Unix seconds; null if there is none */
  PasswordChangedTime: number | null;
  /** last login, Unix seconds; null if there was none */
  LastLoginTime: number | null;
  /** address of the last login */
  LastLoginIp: string;
  /** creation, Unix seconds */
  CreateTime: number;
  /** last change, Unix seconds */
  UpdateTime: number;
}

/** An attribute of a person. */
export interface PersonAttribute {
  /** name */
  Key: string;
  /** value */
  Value: string;
}

/** A person in a list. */
export interface PersonSummary {
  /** id */
  PersonId: string;
  /** Enabled or Disabled */
  Status: string;
  /** Administrator, EIAM or both */
  DisabledBy: string[];
  /** login */
  UserName: string;
  /** name */
  Name: string;
  /** mobile */
  Mobile: string;
  /** email */
  Email: string;
  /** uins of the sub-users that are linked to the person */
  Uins: number[];
  /** last change, Unix seconds */
  UpdateTime: number;
}

/** A sub-user of a person. */
export interface PersonUser {
  /** uin */
  Uin: number;
  /** name */
  Name: string;
  /** Enabled or Disabled: whether its keys and sessions are refused because of the person */
  Status: string;
  /** when it was linked, Unix seconds */
  LinkTime: number;
}

/** A version of a policy. */
export interface PolicyRef {
  /** id */
  PolicyId: number;
  /** name */
  PolicyName: string;
  /** version */
  Version: number;
}

/** Actions on resources that would be decided otherwise. */
export interface ReachChange {
  /** pattern of actions, service:Name */
  Action: string;
  /** the actions that it stands for, where they are known and several */
  Actions: string[];
  /** pattern of resources */
  Resource: string;
  /** whether it is about calls that touch no object */
  NoObject: boolean;
  /** what is decided now: allow, explicit_deny or implicit_deny */
  Before: string;
  /** what would be decided with the draft */
  After: string;
  /** whether it would be so under some conditions only */
  Conditional: boolean;
  /** condition keys with which it would be so */
  Facts: ReachFact[];
  /** an action of these */
  ExampleAction: string;
  /** a resource of these */
  ExampleResource: string;
  /** parts of it that would not change so */
  Except: ReachPart[];
}

/** A value of a condition key. */
export interface ReachFact {
  /** condition key */
  Key: string;
  /** value */
  Value: string;
}

/** A pattern of actions on a pattern of resources. */
export interface ReachPart {
  /** pattern of actions */
  Action: string;
  /** pattern of resources */
  Resource: string;
}

/** A call in the audit trail. */
export interface RecordedCall {
  /** request id */
  RequestId: string;
  /** when it came, Unix milliseconds */
  Time: number;
  /** protocol that it came by, such as api3 */
  Door: string;
  /** service:Name */
  Action: string;
  /** what it was decided on, and what it touched */
  Resources: string[];
  /** root, user, role or anonymous */
  CallerType: string;
  /** uin or id of the role */
  CallerId: string;
  /** name of the session */
  CallerName: string;
  /** key that signed */
  SecretId: string;
  /** address that it came from */
  Ip: string;
  /** region that it named */
  Region: string;
  /** ok, the error code, or Canceled where the caller did not wait for the answer */
  Outcome: string;
}

/** The least that would allow what is denied. */
export interface Remedy {
  /** what denies: while there is any, no addition helps */
  Denies: RemedyDeny[];
  /** statements that lack, all of them needed */
  Additions: RemedyAddition[];
}

/** A statement that a layer lacks. */
export interface RemedyAddition {
  /** layer */
  Layer: string;
  /** level of the organization */
  Level: number;
  /** the statement, JSON */
  Statement: string;
}

/** A statement that denies. */
export interface RemedyDeny {
  /** layer */
  Layer: string;
  /** level of the organization */
  Level: number;
  /** the statement; null where the caller may not read it */
  Statement: StatementRef | null;
}

/** A tag of the resource. */
export interface ResourceTag {
  /** tag key */
  Key: string;
  /** tag value */
  Value: string;
}

/** A session of a role that still runs. */
export interface RoleSession {
  /** name of the session */
  SessionName: string;
  /** SecretId of its temporary key */
  AccessKeyId: string;
  /** uin that assumed the role, 0 for a federated login */
  AssumedByUin: number;
  /** root account of that uin */
  AssumedByAccount: number;
  /** source identity */
  SourceIdentity: string;
  /** when it began, Unix seconds */
  IssueTime: number;
  /** when it ends by itself, Unix seconds */
  ExpireTime: number;
  /** whether it was ended already */
  IsRevoked: boolean;
}

/** A statement of a policy. */
export interface StatementRef {
  /** id of the policy, 0 for one that has none, such as that of a session */
  PolicyId: number;
  /** name of the policy */
  PolicyName: string;
  /** version of the policy */
  Version: number;
  /** number of the statement in its document, from 1; 0 for a policy that cannot be read */
  Statement: number;
}

/** A statement about the action and resource that were asked. */
export interface StatementTrace {
  /** id of the policy, 0 for one that has none */
  PolicyId: number;
  /** name of the policy */
  PolicyName: string;
  /** version of the policy */
  Version: number;
  /** number of the statement in its document, from 1 */
  Statement: number;
  /** where it starts in the document, in bytes */
  Offset: number;
  /** where it ends in the document, in bytes */
  End: number;
  /** allow or deny */
  Effect: string;
  /** whether its conditions hold */
  Applies: boolean;
  /** whether it is for everyone; of the policy of a resource only */
  Anyone: boolean;
  /** conditions that hold */
  Held: ConditionTrace[];
  /** conditions that do not */
  Failed: ConditionTrace[];
}

/** An action that was not used. */
export interface UnusedAction {
  /** name of the action; a pattern where the service's actions are not known */
  Name: string;
  /** when it was last used before the days that were asked about, Unix seconds, to within an hour; null if that is not known */
  LastUsed: number | null;
}

/** Actions of one service that a principal may do and did not. */
export interface UnusedActions {
  /** user or role, empty for a policy */
  PrincipalType: string;
  /** uin or id of the role */
  PrincipalId: string;
  /** name of the user or role */
  Name: string;
  /** service, * for every one that is not listed */
  Service: string;
  /** number of actions and patterns that it may do there */
  Granted: number;
  /** those that it did not */
  Actions: UnusedAction[];
}

/** A policy that a principal holds and that decided nothing. */
export interface UnusedPolicy {
  /** user or role */
  PrincipalType: string;
  /** uin or id of the role */
  PrincipalId: string;
  /** id of the policy */
  PolicyId: number;
  /** name of the policy */
  PolicyName: string;
  /** whether the policy is attached to the principal itself */
  Direct: boolean;
  /** groups of the user that have the policy */
  Groups: GroupRef[];
  /** when it last allowed or denied something, Unix seconds, to within an hour; null if that is not known */
  LastUsed: number | null;
  /** whether it denies something: that nobody ran into it does not say that it can go */
  Denies: boolean;
}

/** A WeCom enterprise that the account is linked to. */
export interface WeComCorp {
  /** corpid */
  CorpId: string;
  /** name of the enterprise's top department, or of the application where it is out of scope */
  Name: string;
  /** agentid of the self-built application */
  AgentId: number;
  /** name of the application */
  AppName: string;
  /** linked, scope_changed while the scope is read anew, or unlinked */
  State: string;
  /** why it is unlinked or could not be read: administrator, secret_rejected, app_disabled, address_refused, unreachable; empty where nothing is wrong */
  Cause: string;
  /** address to enter in WeCom for callbacks */
  CallbackUrl: string;
  /** whether callback token and key are set */
  HasCallback: boolean;
  /** host and port that WeCom must trust for sign-in */
  TrustedDomain: string;
  /** address where its members sign in */
  LoginUrl: string;
  /** visibility scope, as it was read last */
  Scope: WeComScope;
  /** number of members in the scope */
  Members: number;
  /** number of sub-users that are members */
  ImportedUsers: number;
  /** when it was linked, Unix seconds */
  LinkTime: number;
  /** when the scope was last read, Unix seconds; null if never */
  SyncTime: number | null;
  /** whether it is being read now */
  Syncing: boolean;
}

/** A department inside the visibility scope. */
export interface WeComDepartment {
  /** id */
  DepartmentId: number;
  /** id of the department above, 0 for one that the scope begins with */
  ParentId: number;
  /** name; the id where WeCom does not tell it */
  Name: string;
  /** whether there are departments below */
  HasChildren: boolean;
  /** members directly in it */
  Members: number;
}

/** A department by id and name. */
export interface WeComDepartmentRef {
  /** id */
  DepartmentId: number;
  /** name */
  Name: string;
}

/** A member to import, with what the sub-user is to have. */
export interface WeComImportMember {
  /** userid in WeCom */
  UserId: string;
  /** name of the sub-user; absent: the userid */
  Name?: string;
  /** remark */
  Remark?: string;
  /** phone number */
  PhoneNum?: string;
  /** country code of the number */
  CountryCode?: string;
  /** email */
  Email?: string;
}

/** What became of a member. */
export interface WeComImportResult {
  /** userid in WeCom */
  UserId: string;
  /** name of the sub-user */
  Name: string;
  /** uin of the sub-user, 0 while there is none */
  Uin: number;
  /** pending, created, already_imported, out_of_scope, or the error code */
  Outcome: string;
  /** a sentence where it failed, in the language of the call */
  Message: string;
}

/** A member inside the visibility scope. */
export interface WeComMember {
  /** userid */
  UserId: string;
  /** name; the userid where WeCom does not tell it */
  Name: string;
  /** position */
  Position: string;
  /** departments that it is in */
  Departments: WeComDepartmentRef[];
  /** mobile where WeCom tells it */
  PhoneNum: string;
  /** email where WeCom tells it */
  Email: string;
  /** Active, Disabled, NotActivated or Left */
  Status: string;
  /** uin of the sub-user that it was imported as, 0 for none */
  Uin: number;
}

/** A policy that the imported users would have. */
export interface WeComPreviewPolicy {
  /** id */
  PolicyId: number;
  /** name */
  PolicyName: string;
  /** User or QCS */
  PolicyType: string;
  /** whether it would be attached to the user itself */
  Direct: boolean;
  /** groups that bring it */
  Groups: GroupRef[];
  /** uins of the users that it is copied from */
  CopiedFrom: number[];
}

/** What of an enterprise the application may see. */
export interface WeComScope {
  /** departments, with everything below */
  Departments: WeComDepartmentRef[];
  /** single members */
  UserIds: string[];
  /** tags */
  TagIds: number[];
}

export interface ChangeOwnPasswordRequest {
  /** password up to now */
  OldPassword: string;
  /** new password */
  NewPassword: string;
}

export interface ChangeOwnPasswordResponse {
}

export interface CreateRecoveryCodesRequest {
  /** code that the device shows */
  Code: string;
}

export interface CreateRecoveryCodesResponse {
  /** recovery codes */
  RecoveryCodes: string[];
}

export interface CreateTotpDeviceRequest {
  /** console password; a WeCom user has none */
  Password?: string;
}

export interface CreateTotpDeviceResponse {
  /** secret in base32 */
  Secret: string;
  /** otpauth address of the secret, for a QR code */
  Uri: string;
}

export interface DeleteTotpDeviceRequest {
  /** uin of a user of the account; absent: the caller */
  Uin?: number;
  /** code of the device, for the own one */
  Code?: string;
  /** or, where it was lost, a recovery code */
  RecoveryCode?: string;
}

export interface DeleteTotpDeviceResponse {
}

export interface DescribeConsoleSettingsRequest {
}

export interface DescribeConsoleSettingsResponse {
  /** name that stands for the uin at sign-in, empty for none */
  Alias: string;
  /** minutes without a call after which a session ends */
  IdleMinutes: number;
  /** minutes after which a session ends in any case */
  MaximumMinutes: number;
  /** whether sub-users must bind a TOTP device */
  RequireMfa: boolean;
  /** last change, Unix seconds; null if there was none */
  UpdateTime: number | null;
}

export interface DescribeDecisionRequest {
  /** request id of the call, or the id of a decision that a service got: of one among several it has the index behind a slash */
  RequestId: string;
  /** about when it was, Unix seconds; without it only calls that were denied and the newest others are found */
  Time?: number;
}

export interface DescribeDecisionResponse {
  /** the call */
  Call: RecordedCall;
  /** allow, explicit_deny, implicit_deny, or none where no policy was asked */
  Effect: string;
  /** layer that decided */
  Layer: string;
  /** statement that decided; null where there is none, or the caller may not read it */
  Statement: StatementRef | null;
  /** what each layer said; of denied calls only */
  Layers: LayerTrace[];
  /** what would have allowed it; of denied calls only */
  Remedy: Remedy | null;
  /** what was asked, JSON, secrets masked and without what policies said */
  Parameters: string;
  /** what the client calls itself */
  Client: string;
  /** how long it took */
  DurationMs: number;
}

export interface DescribePersonRequest {
  /** id of the person, which is its user_id in EIAM */
  PersonId: string;
}

export interface DescribePersonResponse {
  /** the person */
  Person: Person;
  /** the person in EIAM */
  EiamUser: EiamUser;
  /** sub-users that are linked to the person by uin */
  Users: PersonUser[];
  /** those of them that are users of BI */
  BiUsers: BiUser[];
}

export interface DescribeProductRequest {
  /** name of the product */
  Service: string;
}

export interface DescribeProductResponse {
  /** the product */
  Product: CatalogueProduct;
  /** actions by name */
  Actions: CatalogueAction[];
  /** resource types */
  ResourceTypes: CatalogueResourceType[];
  /** condition keys, those that every product has among them */
  ConditionKeys: CatalogueConditionKey[];
}

export interface DescribeSecurityAdviceRequest {
}

export interface DescribeSecurityAdviceResponse {
  /** advice, the most urgent first */
  Advice: Advice[];
}

export interface DescribeTotpDeviceRequest {
  /** uin of a user of the account; absent: the caller */
  Uin?: number;
}

export interface DescribeTotpDeviceResponse {
  /** whether there is one */
  Bound: boolean;
  /** since when, Unix seconds; null without one */
  BindTime: number | null;
  /** recovery codes that were not used */
  RecoveryCodesLeft: number;
}

export interface DescribeWeComImportRequest {
  /** id of the import */
  ImportId: string;
}

export interface DescribeWeComImportResponse {
  /** running, done, or interrupted where whoever began it may no longer import */
  State: string;
  /** number of members */
  Total: number;
  /** members with an outcome */
  Finished: number;
  /** sub-users that were made */
  Created: number;
  /** a row a member */
  Results: WeComImportResult[];
  /** address where they sign in */
  LoginUrl: string;
}

export interface EnableTotpDeviceRequest {
  /** code that the device shows */
  Code: string;
}

export interface EnableTotpDeviceResponse {
  /** recovery codes */
  RecoveryCodes: string[];
}

export interface EndConsoleSessionsRequest {
  /** uin of a user of the account; absent: the caller */
  Uin?: number;
  /** sessions; absent: all, but for the one that asks where they are its own */
  SessionIds?: string[];
}

export interface EndConsoleSessionsResponse {
  /** number of sessions that ended */
  Ended: number;
}

export interface ExplainDecisionRequest {
  /** what the principal is */
  PrincipalType: "user" | "root" | "role" | "key";
  /** uin of a user or the root; id, name or resource name of a role; SecretId of a key */
  PrincipalId: string;
  /** service:Name */
  Action: string;
  /** six-segment name; absent or * for an action that touches no object */
  Resource?: string;
  /** tags of the resource */
  ResourceTags?: ResourceTag[];
  /** policy of the resource, JSON; of a role its trust policy, which is read where the role is the account's own */
  ResourcePolicy?: string;
  /** what the request has for condition keys; the time is now unless given */
  Context?: ContextKey[];
}

export interface ExplainDecisionResponse {
  /** the decision */
  Allowed: boolean;
  /** allow, explicit_deny or implicit_deny */
  Effect: string;
  /** layer that decided; of an implicit denial the one where an allow lacks */
  Layer: string;
  /** statement that decided; null where there is none, or the caller may not read it */
  Statement: StatementRef | null;
  /** what each layer says, whether the decision needed it or not */
  Layers: LayerTrace[];
  /** what would allow it; null where it is allowed */
  Remedy: Remedy | null;
}

export interface GetSigningKeyRequest {
  /** SecretId that the request names, of a permanent or temporary key */
  AccessKeyId: string;
  /** service that the request is signed for: a product that the operator registered */
  Service: string;
  /** date of its credential scope, YYYY-MM-DD in UTC: one that a signature of now may have */
  Date: string;
  /** token of the request; a temporary key needs it, a permanent one has none */
  SessionToken?: string;
}

export interface GetSigningKeyResponse {
  /** the key of TC3-HMAC-SHA256, 32 bytes in base64 */
  SigningKey: string;
  /** when the key is of no more use, Unix seconds: the end of the day and of the skew, or that of the session */
  ExpiredTime: number;
  /** whose SecretId it is: root, user or role */
  PrincipalType: string;
  /** uin or id of the role */
  PrincipalId: string;
  /** uin of the root account */
  AccountUin: number;
  /** name of the session of a temporary credential */
  SessionName: string;
  /** state of the account that the answer rests on; see GET /access/v1/revision */
  Revision: string;
  /** whether the answer holds for as long as the account has this revision */
  Cacheable: boolean;
}

export interface ImportWeComMembersRequest {
  /** drawn by the caller for one import */
  IdempotencyKey: string;
  /** corpid */
  CorpId: string;
  /** members */
  Members: WeComImportMember[];
  /** groups that they join */
  GroupIds?: number[];
  /** users whose directly attached policies they get */
  CopyFromUins?: number[];
  /** policies that are attached to them */
  PolicyIds?: number[];
}

export interface ImportWeComMembersResponse {
  /** id of the import */
  ImportId: string;
}

export interface LinkIdentityRequest {
  /** id of the person */
  PersonId: string;
  /** uin of the sub-user; the root account belongs to no person */
  Uin: number;
}

export interface LinkIdentityResponse {
}

export interface LinkWeComCorpRequest {
  /** corpid */
  CorpId: string;
  /** agentid of the application */
  AgentId: number;
  /** secret of the application */
  Secret: string;
  /** token of the contact callback */
  CallbackToken?: string;
  /** EncodingAESKey of the contact callback */
  CallbackKey?: string;
}

export interface LinkWeComCorpResponse {
  /** the enterprise */
  Corp: WeComCorp;
}

export interface LintPolicyRequest {
  /** document, JSON */
  PolicyDocument: string;
  /** policy, or the trust policy of a role */
  Kind?: "policy" | "trust";
}

export interface LintPolicyResponse {
  /** the first 500 findings in the order of the document */
  Findings: LintFinding[];
}

export interface ListAccountAccessKeysRequest {
  /** part of the name of the user, found as SearchUsers does, or the whole uin or SecretId */
  Keyword?: string;
  /** of one status only */
  Status?: "Active" | "Inactive";
  /** rows to pass over */
  Offset?: number;
  /** rows to answer */
  Limit?: number;
}

export interface ListAccountAccessKeysResponse {
  /** number of keys that fit, 10,000 at most; without a keyword among the newest 100,000 */
  TotalCount: number;
  /** keys, the newest first */
  Keys: AccountAccessKey[];
}

export interface ListAllowedActionsRequest {
  /** what the principal is */
  PrincipalType: "user" | "root" | "role" | "key";
  /** uin of a user or the root; id, name or resource name of a role; SecretId of a key */
  PrincipalId: string;
  /** one service only */
  Service?: string;
  /** six-segment name: only what it may do with this resource */
  Resource?: string;
  /** tags of the resource */
  ResourceTags?: ResourceTag[];
  /** what a request has for condition keys; what is not said is left open, but the time, which is now */
  Context?: ContextKey[];
}

export interface ListAllowedActionsResponse {
  /** what it may do, by service */
  List: AllowedActions[];
  /** whether there was too much to look at: narrow the question to a service */
  IsTruncated: boolean;
}

export interface ListAllowedPrincipalsRequest {
  /** service:Name */
  Action: string;
  /** six-segment name; absent or * for an action that touches no object */
  Resource?: string;
  /** tags of the resource; absent leaves them open */
  ResourceTags?: ResourceTag[];
  /** policy of the resource, JSON; of a role its trust policy, which is read where the role is the account's own */
  ResourcePolicy?: string;
  /** what a request has for condition keys; what is not said is left open, but the time, which is now */
  Context?: ContextKey[];
  /** whom to list; absent lists all */
  PrincipalTypes?: ("root" | "user" | "role")[];
  /** principals to list at most */
  MaxItems?: number;
  /** Marker of the answer before */
  Marker?: string;
}

export interface ListAllowedPrincipalsResponse {
  /** who may; may be shorter than MaxItems, or empty, though there are more */
  Principals: AllowedPrincipal[];
  /** number of principals that were looked at */
  Examined: number;
  /** whether there may be more */
  IsTruncated: boolean;
  /** where to go on, empty at the end */
  Marker: string;
}

export interface ListAuditRecordsRequest {
  /** not before, Unix seconds */
  StartTime?: number;
  /** not after, Unix seconds */
  EndTime?: number;
  /** service:Name, where * stands for anything */
  Action?: string;
  /** callers of this type only */
  CallerType?: "root" | "user" | "role" | "application" | "operator" | "anonymous";
  /** uin or id of the role */
  CallerId?: string;
  /** key or console session */
  SecretId?: string;
  /** address */
  Ip?: string;
  /** part of the name of a resource */
  Resource?: string;
  /** ok, denied by policies, or failed for any reason */
  Outcome?: "ok" | "denied" | "failed";
  /** from an answer: goes on with older calls */
  Marker?: string;
  /** Top of an answer: only calls that were recorded after it */
  Newer?: string;
  /** calls to answer */
  Limit?: number;
}

export interface ListAuditRecordsResponse {
  /** calls */
  Records: AuditRecord[];
  /** what goes on with older calls, empty where there are none */
  Marker: string;
  /** place of the newest call there is, for Newer */
  Top: string;
  /** how far back this answer looked, Unix milliseconds: it looks at a bounded number of calls; null at the end of the trail */
  SearchedTo: number | null;
}

export interface ListConsoleSessionsRequest {
  /** uin of a user of the account; absent: the caller */
  Uin?: number;
}

export interface ListConsoleSessionsResponse {
  /** sessions, the newest first, 100 at most */
  Sessions: ConsoleSession[];
}

export interface ListPersonsRequest {
  /** part of the login, name, mobile or email, without regard to case */
  Keyword?: string;
  /** those with this status only */
  Status?: "Enabled" | "Disabled";
  /** the person of this sub-user only */
  Uin?: number;
  /** persons to list at most */
  MaxItems?: number;
  /** Marker of the answer before */
  Marker?: string;
}

export interface ListPersonsResponse {
  /** persons */
  Persons: PersonSummary[];
  /** number of persons in the whole list */
  TotalCount: number;
  /** whether there are more */
  IsTruncated: boolean;
  /** where to go on, empty at the end */
  Marker: string;
}

export interface ListProductsRequest {
}

export interface ListProductsResponse {
  /** products by name */
  Products: CatalogueProduct[];
}

export interface ListRoleSessionsRequest {
  /** id of the role */
  RoleId: string;
  /** rows to pass over */
  Offset?: number;
  /** rows to answer */
  Limit?: number;
}

export interface ListRoleSessionsResponse {
  /** number of sessions */
  TotalCount: number;
  /** sessions, the newest first */
  Sessions: RoleSession[];
}

export interface ListUnusedActionsRequest {
  /** what the principal is */
  PrincipalType?: "user" | "role";
  /** uin of a user; id, name or resource name of a role */
  PrincipalId?: string;
  /** id of a policy, which the caller may get: what it grants and nobody used by it */
  PolicyId?: number;
  /** how many days to look back */
  Days?: number;
  /** principals to look at */
  MaxItems?: number;
  /** Marker of the answer before */
  Marker?: string;
}

export interface ListUnusedActionsResponse {
  /** what was not used */
  List: UnusedActions[];
  /** policies that decided nothing, as far as the caller may read them */
  UnusedPolicies: UnusedPolicy[];
  /** whether policies were left out that the caller may not read */
  Redacted: boolean;
  /** what was used from then on counts, Unix seconds */
  Since: number;
  /** what was used before is not known, Unix seconds */
  TrackedSince: number;
  /** whether some principal has too many policies to look at all that they grant */
  IsPartial: boolean;
  /** whether there are more principals */
  IsTruncated: boolean;
  /** where to go on, empty at the end */
  Marker: string;
}

export interface ListWeComCorpsRequest {
}

export interface ListWeComCorpsResponse {
  /** enterprises, the oldest first */
  Corps: WeComCorp[];
}

export interface ListWeComDepartmentsRequest {
  /** corpid */
  CorpId: string;
  /** id of the department above; 0: those that the scope begins with */
  ParentId?: number;
}

export interface ListWeComDepartmentsResponse {
  /** departments in their order */
  Departments: WeComDepartment[];
}

export interface ListWeComMembersRequest {
  /** corpid */
  CorpId: string;
  /** of this department only */
  DepartmentId?: number;
  /** and of those below it */
  Recursive?: boolean;
  /** part of the name or userid */
  Keyword?: string;
  /** these only */
  UserIds?: string[];
  /** rows to pass over */
  Offset?: number;
  /** rows to answer */
  Limit?: number;
}

export interface ListWeComMembersResponse {
  /** number of members that fit */
  TotalCount: number;
  /** members */
  Members: WeComMember[];
}

export interface PreviewPolicyRequest {
  /** id of the policy, which the caller may get */
  PolicyId: number;
  /** the draft, JSON text */
  PolicyDocument: string;
  /** how many days of recorded calls to look at */
  Days?: number;
}

export interface PreviewPolicyResponse {
  /** records that were looked at */
  Scanned: number;
  /** questions among them about holders of the policy that were decided again */
  Replayed: number;
  /** questions about holders that today's policies decide otherwise, or that cannot be asked again: they do not count */
  Outdated: number;
  /** questions that are allowed and would be denied */
  NewlyDenied: number;
  /** questions that are denied and would be allowed */
  NewlyAllowed: number;
  /** the newest of them, at most 20 of each kind */
  Samples: ChangedCall[];
  /** from when on calls were looked at, Unix seconds; later than was asked for where there are too many */
  Since: number;
  /** whether there were too many calls to look at */
  IsTruncated: boolean;
  /** what would change, for each combination of policies that holders have */
  Holders: HolderChanges[];
  /** whether there are more holders or combinations */
  HoldersTruncated: boolean;
}

export interface PreviewWeComImportRequest {
  /** corpid */
  CorpId: string;
  /** members */
  Members: WeComImportMember[];
  /** groups that they join */
  GroupIds?: number[];
  /** users whose directly attached policies they get */
  CopyFromUins?: number[];
  /** policies that are attached to them */
  PolicyIds?: number[];
}

export interface PreviewWeComImportResponse {
  /** a row a member; pending where nothing stands against it */
  Results: WeComImportResult[];
  /** policies */
  Policies: WeComPreviewPolicy[];
  /** how many more users an unverified account may make now; null where there is no such limit */
  RemainingToday: number | null;
}

export interface RevokeRoleSessionsRequest {
  /** id of the role */
  RoleId: string;
}

export interface RevokeRoleSessionsResponse {
}

export interface SearchUsersRequest {
  /** part of the name, remark, email, phone number or userid of one of the newest 30,000 users of each type; the beginning of any name, or a whole uin */
  Keyword?: string;
  /** of one type only */
  UserType?: "SubUser" | "WeComUser" | "Collaborator";
  /** of one state only */
  State?: "Active" | "Locked" | "PersonDisabled" | "Departed" | "Hidden" | "WeComDisabled" | "NotActivated" | "Unlinked";
  /** members of this group only */
  GroupId?: number;
  /** order: newest first, by name, or last sign-in first */
  Sort?: "CreateTime" | "Name" | "LastLoginTime";
  /** rows to pass over */
  Offset?: number;
  /** rows to answer */
  Limit?: number;
}

export interface SearchUsersResponse {
  /** number of users that fit, 10,000 at most */
  TotalCount: number;
  /** users */
  Users: FoundUser[];
}

export interface SetBiUserStatusRequest {
  /** users: uins or names of sub-accounts */
  UserIdList: string[];
  /** 1 enabled, 0 disabled */
  Status: number;
}

export interface SetBiUserStatusResponse {
}

export interface SetPersonStatusRequest {
  /** id of the person */
  PersonId: string;
  /** status */
  Status: "Enabled" | "Disabled";
}

export interface SetPersonStatusResponse {
  /** what the person is then: Disabled also where EIAM disables it */
  Status: string;
  /** Administrator, EIAM or both */
  DisabledBy: string[];
}

export interface SyncWeComCorpRequest {
  /** corpid */
  CorpId: string;
}

export interface SyncWeComCorpResponse {
  /** the enterprise */
  Corp: WeComCorp;
}

export interface UnlinkIdentityRequest {
  /** id of the person; also of one that was deleted while it was disabled */
  PersonId: string;
  /** uin of the sub-user */
  Uin: number;
}

export interface UnlinkIdentityResponse {
}

export interface UnlinkWeComCorpRequest {
  /** corpid */
  CorpId: string;
}

export interface UnlinkWeComCorpResponse {
}

export interface UnlockUserRequest {
  /** uin of the sub-user */
  Uin: number;
}

export interface UnlockUserResponse {
}

export interface UpdateConsoleSettingsRequest {
  /** 3 to 32 of a-z, 0-9 and -, not digits alone; empty for none */
  Alias?: string;
  /** minutes without a call after which a session ends, 30 unless set */
  IdleMinutes?: number;
  /** minutes after which a session ends in any case, 720 unless set */
  MaximumMinutes?: number;
  /** whether sub-users must bind a TOTP device at their next sign-in */
  RequireMfa?: boolean;
}

export interface UpdateConsoleSettingsResponse {
}

export interface Actions {
  /** Changes the console password of the caller, who proves the old one. All other sessions of the caller end. */
  ChangeOwnPassword: { in: ChangeOwnPasswordRequest; out: ChangeOwnPasswordResponse };
  /** Makes new recovery codes for the TOTP device of the caller, who proves a code of it; the former ones are void. */
  CreateRecoveryCodes: { in: CreateRecoveryCodesRequest; out: CreateRecoveryCodesResponse };
  /** Begins to bind a TOTP device to the caller, who proves the password where there is one. The device counts once EnableTotpDevice has seen a code of it. */
  CreateTotpDevice: { in: CreateTotpDeviceRequest; out: CreateTotpDeviceResponse };
  /** Takes a TOTP device away: from the caller, who proves a code of it or a recovery code, or from a sub-user, which needs hufu:DeleteTotpDevice. */
  DeleteTotpDevice: { in: DeleteTotpDeviceRequest; out: DeleteTotpDeviceResponse };
  /** Shows how long sessions in the console last, and the alias of the account. */
  DescribeConsoleSettings: { in: DescribeConsoleSettingsRequest; out: DescribeConsoleSettingsResponse };
  /** Shows a call of the account in the audit trail with the decision about it, and of a denied one what every layer of policies said then. */
  DescribeDecision: { in: DescribeDecisionRequest; out: DescribeDecisionResponse };
  /** Shows a person of the account with everything that is this person: the user of EIAM, sub-users, users of BI. */
  DescribePerson: { in: DescribePersonRequest; out: DescribePersonResponse };
  /** Shows the actions, resource types and condition keys of a product. */
  DescribeProduct: { in: DescribeProductRequest; out: DescribeProductResponse };
  /** Says what in the account should be looked at: keys of the root user, users without a second factor, old and unused keys, too many administrators. */
  DescribeSecurityAdvice: { in: DescribeSecurityAdviceRequest; out: DescribeSecurityAdviceResponse };
  /** Shows whether a TOTP device is bound to the caller, or to a sub-user, which needs hufu:DescribeTotpDevice. */
  DescribeTotpDevice: { in: DescribeTotpDeviceRequest; out: DescribeTotpDeviceResponse };
  /** Shows how far an import is. */
  DescribeWeComImport: { in: DescribeWeComImportRequest; out: DescribeWeComImportResponse };
  /** Binds the TOTP device that CreateTotpDevice began, and makes recovery codes, each good once. They are never shown again. */
  EnableTotpDevice: { in: EnableTotpDeviceRequest; out: EnableTotpDeviceResponse };
  /** Ends sessions in the console: of the caller, or of a sub-user, which needs hufu:EndConsoleSessions. */
  EndConsoleSessions: { in: EndConsoleSessionsRequest; out: EndConsoleSessionsResponse };
  /** Decides whether a principal of the account may do an action, and tells what every layer of policies says. */
  ExplainDecision: { in: ExplainDecisionRequest; out: ExplainDecisionResponse };
  /** Gives a service what it needs to verify the TC3 signatures of one caller by itself: the key that is derived from the caller's SecretKey for one day and this service alone. */
  GetSigningKey: { in: GetSigningKeyRequest; out: GetSigningKeyResponse };
  /** Imports members as sub-users, each whole or not at all. It goes on after the answer; DescribeWeComImport shows how far. The same key with the same parameters names the same import, and takes it up again where it was interrupted. */
  ImportWeComMembers: { in: ImportWeComMembersRequest; out: ImportWeComMembersResponse };
  /** Links a sub-user of the account to a person: it is that person's from then on, and refused while the person is disabled. To link it again changes nothing. */
  LinkIdentity: { in: LinkIdentityRequest; out: LinkIdentityResponse };
  /** Links a WeCom enterprise by a self-built application, or refreshes the credentials of one that is linked or was. WeCom is asked whether they are right. */
  LinkWeComCorp: { in: LinkWeComCorpRequest; out: LinkWeComCorpResponse };
  /** Finds what is wrong or surprising in a policy document. Nothing is stored. */
  LintPolicy: { in: LintPolicyRequest; out: LintPolicyResponse };
  /** Lists the access keys of everybody in the account, never the secrets. */
  ListAccountAccessKeys: { in: ListAccountAccessKeysRequest; out: ListAccountAccessKeysResponse };
  /** Lists what a principal of the account may do now, service by service. */
  ListAllowedActions: { in: ListAllowedActionsRequest; out: ListAllowedActionsResponse };
  /** Lists who in the account may do an action now: the root user, then users by uin, then roles by id. */
  ListAllowedPrincipals: { in: ListAllowedPrincipalsRequest; out: ListAllowedPrincipalsResponse };
  /** Lists calls of the account in the audit trail, the newest first. */
  ListAuditRecords: { in: ListAuditRecordsRequest; out: ListAuditRecordsResponse };
  /** Lists the sessions that run in the console: of the caller, or of a sub-user, which needs hufu:ListConsoleSessions. */
  ListConsoleSessions: { in: ListConsoleSessionsRequest; out: ListConsoleSessionsResponse };
  /** Lists the persons of the account in the order of their creation. */
  ListPersons: { in: ListPersonsRequest; out: ListPersonsResponse };
  /** Lists the products that policies can name. */
  ListProducts: { in: ListProductsRequest; out: ListProductsResponse };
  /** Lists the sessions of a role that have not expired. */
  ListRoleSessions: { in: ListRoleSessionsRequest; out: ListRoleSessionsResponse };
  /** Lists actions that are granted and were not used: of one principal, of one policy, or of users by uin and then roles by id. */
  ListUnusedActions: { in: ListUnusedActionsRequest; out: ListUnusedActionsResponse };
  /** Lists the WeCom enterprises of the account with their visibility scopes. */
  ListWeComCorps: { in: ListWeComCorpsRequest; out: ListWeComCorpsResponse };
  /** Lists departments inside the visibility scope, one level at a time. */
  ListWeComDepartments: { in: ListWeComDepartmentsRequest; out: ListWeComDepartmentsResponse };
  /** Lists members inside the visibility scope. */
  ListWeComMembers: { in: ListWeComMembersRequest; out: ListWeComMembersResponse };
  /** Tells what would change if a policy were replaced by a draft, for those who hold it or whom it bounds: of their recorded calls, and of all that they could do. */
  PreviewPolicy: { in: PreviewPolicyRequest; out: PreviewPolicyResponse };
  /** Says what an import would do: which members could not be imported and why, and which policies they would have. */
  PreviewWeComImport: { in: PreviewWeComImportRequest; out: PreviewWeComImportResponse };
  /** Ends all sessions of a role that were issued so far. New ones can be issued. */
  RevokeRoleSessions: { in: RevokeRoleSessionsRequest; out: RevokeRoleSessionsResponse };
  /** Lists sub-users of every type, with what an administrator looks for. */
  SearchUsers: { in: SearchUsersRequest; out: SearchUsersResponse };
  /** Enables or disables users of business intelligence, all or none; no published action does. A disabled user may do nothing in BI; his roles stay. The caller administers the enterprise in BI, and the root is nobody's to disable. */
  SetBiUserStatus: { in: SetBiUserStatusRequest; out: SetBiUserStatusResponse };
  /** Disables a person, and with it the user of EIAM, the sub-users and users of BI that are this person; or takes that back. What EIAM has disabled stays so. */
  SetPersonStatus: { in: SetPersonStatusRequest; out: SetPersonStatusResponse };
  /** Reads the visibility scope of an enterprise anew, and what became of the members that are sub-users. The answer comes at once; the state shows when it is done. */
  SyncWeComCorp: { in: SyncWeComCorpRequest; out: SyncWeComCorpResponse };
  /** Takes a sub-user from its person. It is in force from then on, whether the person is or not. Where it is linked to nobody nothing changes. */
  UnlinkIdentity: { in: UnlinkIdentityRequest; out: UnlinkIdentityResponse };
  /** Unlinks an enterprise: its members cannot sign in any more, the sub-users stay. */
  UnlinkWeComCorp: { in: UnlinkWeComCorpRequest; out: UnlinkWeComCorpResponse };
  /** Lets a sub-user try passwords again that was locked after wrong ones. */
  UnlockUser: { in: UnlockUserRequest; out: UnlockUserResponse };
  /** Changes how long sessions in the console last, and the alias of the account. What is absent stays. */
  UpdateConsoleSettings: { in: UpdateConsoleSettingsRequest; out: UpdateConsoleSettingsResponse };
}
