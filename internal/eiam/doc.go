// Package eiam is employee identity: the people of a tenant, its organizations, and the accounts that people have in its
// applications. A tenant is a root account; people are persons of the directory.
//
// Its clients are applications, not principals of CAM: an application proves itself with a client id and secret, gets a
// bearer token, and may what the permission codes of its client open, for every application of the tenant or for those
// on its list. No policy is about it.
//
//	eiam.go          the product, and what every handler needs
//	tenants.go       which tenant a host means, and what it has set
//	applications.go  applications and their settings
//	clients.go       client ids, secrets, permission codes and target lists
//	tokens.go        bearer tokens: issued, found, revoked, purged
//	signing.go       the key that signs statements about applications
//	attributes.go    which attributes are mandatory, and which the tenant has defined
//	                 (attribute_values.go judges the values of objects by that)
//	people.go        what goes with a person that is deleted
//	permissions.go   permission codes, and what each opens
//	trees.go         the permissions of an application, as its administrator brings them
//	accounts.go      accounts in applications; their handlers in account_actions.go, their passwords in
//	                 account_passwords.go
//	public_accounts.go    who uses a public account, and who answers for it
//	app_organizations.go  organizations of applications
//	roles.go         roles of applications; role_members.go who has them, app_permissions.go what they and
//	                 accounts permit
//	orphans.go       an account that is nobody's gets an owner
//	ids.go           ids and times in the protocol's form
//	handlers.go      the order in which a handler looks, judges and acts
//	organizations.go the tree in which people are; its handlers in organization_actions.go
//	users.go         users made, changed, deleted; shown and listed in user_lists.go
//	places.go        which organizations a user is in
//	jobs.go          what users do there; positions.go, titles.go
//	passwords.go     new passwords, and what is refused; weak.go
//
// Functions on a transaction come first in their files; operator commands and other rooms call those. Every endpoint is
// late (see call.Call.Valid), so a handler goes outside in:
//
//	err := c.Write(ctx, func(tx *store.Tx) error {
//		app, err := p.Application(ctx, tx, c, in.AppId) // APP.0001
//		...                                             // what else the path names
//		if err := c.Valid(); err != nil {               // the other parameters
//			return err
//		}
//		...                                             // what they name, then what must be unique, then the change
//	})
package eiam
