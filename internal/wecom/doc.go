// Package wecom makes members of an enterprise in WeCom sub-users of an account, and keeps that true.
//
// An account links an enterprise by an application that the enterprise has built itself: corp id, agent id, secret, and the
// token and key of its callback. What the application may see, its visibility scope, is read into the database as a numbered
// picture (see walk.go); lists show the last picture that is complete, so a reading that fails leaves nothing half.
//
//	link          linked ──── scope changed, asked ────▶ scope_changed ──── read ────▶ linked
//	              linked ── administrator, secret_rejected, app_disabled ──▶ unlinked ── linked again ──▶ linked
//
// A sub-user that was imported has a state, which callbacks and a reading every half hour keep:
//
//	Active         may sign in
//	NotActivated   has never signed in to WeCom, and so cannot here
//	WeComDisabled  disabled in WeCom: sign-in refused
//	Hidden         out of the application's range: sign-in refused, keys work
//	Departed       left: sign-in refused, sessions ended, keys inactive; who comes back may sign in, the keys stay inactive
//	Unlinked       the enterprise is: sign-in refused
//
// Nothing that WeCom or a callback says makes a sub-user; an administrator does, by an import. An import is stored with its members,
// and each member is a call of its own through the pipeline with the rights of whoever asked: whole or not at all, recorded, and taken up
// again after a crash.
package wecom
