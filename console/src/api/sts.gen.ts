// Made by internal/contract/gen from api/. Do not edit.

export const version = "2018-08-13";

/** An access key of a user. */
export interface ApiKey {
  /** SecretId */
  SecretId: string;
  /** Unix seconds */
  CreateTime: number;
  /** 2 active, 3 inactive, 4 deleted */
  Status: number;
}

/** A temporary credential. */
export interface Credentials {
  /** session token, to be sent with each call */
  Token: string;
  /** temporary SecretId */
  TmpSecretId: string;
  /** temporary SecretKey */
  TmpSecretKey: string;
}

/** A tag. */
export interface Tag {
  /** tag key */
  Key: string;
  /** tag value */
  Value: string;
}

export interface AssumeRoleRequest {
  /** resource name of the role */
  RoleArn: string;
  /** name of the session */
  RoleSessionName: string;
  /** lifetime in seconds; 0 means 7200, or less where the role says so */
  DurationSeconds?: number;
  /** session policy, URL-encoded JSON: grants no more than it and the role allow */
  Policy?: string;
  /** id agreed with the owner of the role */
  ExternalId?: string;
  /** session tags */
  Tags?: Tag[];
  /** uin of the original person */
  SourceIdentity?: string;
  /** resource name of the MFA device */
  SerialNumber?: string;
  /** code shown by the MFA device */
  TokenCode?: string;
}

export interface AssumeRoleResponse {
  /** the credential */
  Credentials: Credentials;
  /** expiry, Unix seconds */
  ExpiredTime: number;
  /** expiry, RFC 3339 in UTC */
  Expiration: string;
}

export interface AssumeRoleWithSAMLRequest {
  /** base64 of the SAML response */
  SAMLAssertion: string;
  /** resource name of the SAML provider */
  PrincipalArn: string;
  /** resource name of the role */
  RoleArn: string;
  /** name of the session */
  RoleSessionName: string;
  /** lifetime in seconds */
  DurationSeconds?: number;
}

export interface AssumeRoleWithSAMLResponse {
  /** the credential */
  Credentials: Credentials;
  /** expiry, Unix seconds */
  ExpiredTime: number;
  /** expiry, RFC 3339 in UTC */
  Expiration: string;
}

export interface AssumeRoleWithWebIdentityRequest {
  /** name of the OIDC provider */
  ProviderId: string;
  /** ID token of the provider */
  WebIdentityToken: string;
  /** resource name of the role */
  RoleArn: string;
  /** name of the session */
  RoleSessionName: string;
  /** lifetime in seconds */
  DurationSeconds?: number;
}

export interface AssumeRoleWithWebIdentityResponse {
  /** expiry, Unix seconds */
  ExpiredTime: number;
  /** expiry, RFC 3339 in UTC */
  Expiration: string;
  /** the credential */
  Credentials: Credentials;
}

export interface GetCallerIdentityRequest {
}

export interface GetCallerIdentityResponse {
  /** resource name of the caller */
  Arn: string;
  /** root account of the caller */
  AccountId: string;
  /** uin, or role id and session name */
  UserId: string;
  /** uin the key belongs to */
  PrincipalId: string;
  /** CAMUser or CAMRole */
  Type: string;
}

export interface GetFederationTokenRequest {
  /** name of the federated user */
  Name: string;
  /** session policy, URL-encoded JSON: grants no more than it and the caller have */
  Policy: string;
  /** lifetime in seconds */
  DurationSeconds?: number;
}

export interface GetFederationTokenResponse {
  /** the credential */
  Credentials: Credentials;
  /** expiry, Unix seconds */
  ExpiredTime: number;
  /** expiry, RFC 3339 in UTC */
  Expiration: string | null;
}

export interface GetSessionTokenRequest {
  /** resource name of the MFA device */
  SerialNumber: string;
  /** code shown by the MFA device */
  TokenCode: string;
  /** lifetime in seconds */
  DurationSeconds?: number;
}

export interface GetSessionTokenResponse {
  /** the credential */
  Credentials: Credentials;
  /** expiry, Unix seconds */
  ExpiredTime: number;
  /** expiry, RFC 3339 in UTC */
  Expiration: string;
}

export interface QueryApiKeyRequest {
  /** whose keys; absent or 0 means the caller */
  TargetUin?: number;
}

export interface QueryApiKeyResponse {
  /** the keys, oldest first */
  IdKeys: ApiKey[];
}

export interface Actions {
  /** Gives a temporary credential of a role. */
  AssumeRole: { in: AssumeRoleRequest; out: AssumeRoleResponse };
  /** Gives a temporary credential of a role for a SAML assertion. */
  AssumeRoleWithSAML: { in: AssumeRoleWithSAMLRequest; out: AssumeRoleWithSAMLResponse };
  /** Gives a temporary credential of a role for an OpenID Connect token. */
  AssumeRoleWithWebIdentity: { in: AssumeRoleWithWebIdentityRequest; out: AssumeRoleWithWebIdentityResponse };
  /** Tells who the caller is. */
  GetCallerIdentity: { in: GetCallerIdentityRequest; out: GetCallerIdentityResponse };
  /** Gives a temporary credential with part of the caller's rights. */
  GetFederationToken: { in: GetFederationTokenRequest; out: GetFederationTokenResponse };
  /** Gives a temporary credential of the caller that counts as signed in with MFA. */
  GetSessionToken: { in: GetSessionTokenRequest; out: GetSessionTokenResponse };
  /** Lists the access keys of a user; a sub-user may always ask about itself, the action checks the rest. */
  QueryApiKey: { in: QueryApiKeyRequest; out: QueryApiKeyResponse };
}
