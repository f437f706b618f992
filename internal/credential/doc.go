// Package credential owns what proves an identity: access keys, temporary credentials, passwords, and the keyring
// that seals secrets at rest. It knows nothing of policies or of what a caller may do.
//
//	keyring.go   the master keys: seal and open what the database holds
//	rotate.go    a new master key, every secret sealed again
//	ids.go       random identifiers and secrets
//	password.go  argon2id, and the rules a password must meet
//	keys.go      access keys: rows, quota, states
//	sessions.go  temporary credentials: issue and revoke
//	find.go      from the SecretId of a request to the identity behind it, cached until a commit changes it
//
// Secrets of keys must be recoverable, because a signature is an HMAC under them: they are sealed with AES-256-GCM,
// bound to their row. Tokens and passwords need not be, so only their hashes are kept.
package credential
