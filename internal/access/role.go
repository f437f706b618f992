package access

import "github.com/hufu-iam/hufu/policy"

// Role is what there is to know of a role before a session of it starts.
type Role struct {
	ID              int64
	Name            string
	ServiceLinked   bool
	Document        string // trust policy
	SessionDuration int64  // longest session in seconds, 0 = as long as any role may
	Tags            []policy.Tag
}
