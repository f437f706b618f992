package catalogue

import "github.com/hufu-iam/hufu/policy"

// Product is what is known of one product. It is shared and never changed.
type Product struct {
	Service       string          `json:"service"` // the name in actions and resources, in lower case
	Title         Title           `json:"title"`
	Level         Level           `json:"level"`              // the finest that any of its actions has
	Complete      bool            `json:"complete"`           // what is not listed does not exist
	Versions      []string        `json:"versions,omitempty"` // of the API that hufu serves
	Source        string          `json:"source"`             // "hufu", or the operator's file
	Actions       []*Action       `json:"actions"`            // by name
	ResourceTypes []*ResourceType `json:"resourceTypes"`
	ConditionKeys []*ConditionKey `json:"conditionKeys"`

	actions map[string]*Action
	names   map[string]bool // of the actions
	types   map[string]bool // nil: nobody knows them
}

// Action is one action that policies can name.
type Action struct {
	Name          string   `json:"name"`
	Title         *Title   `json:"title,omitempty"`
	Level         Level    `json:"level"`
	Access        Access   `json:"access"`
	Permission    bool     `json:"permission,omitempty"` // no API has this name: it is asked for elsewhere
	Tags          bool     `json:"tags"`                 // the question has the tags of the resource
	IP            bool     `json:"ip"`                   // the question has the caller's address
	ResourceTypes []string `json:"resourceTypes,omitempty"`
}

// ResourceType is one kind of resource: the sixth segment of its names is Prefix, or starts with it and a slash. The
// prefix "*" is of products whose names start with what their users chose.
type ResourceType struct {
	Prefix   string `json:"prefix"`
	Template string `json:"template"` // six segments with ${variables}
	Title    *Title `json:"title,omitempty"`
}

// ConditionKey is a condition key that the product passes with its questions.
type ConditionKey struct {
	Key   string `json:"key"`
	Type  string `json:"type"` // string, number, date, bool, ip
	Title *Title `json:"title,omitempty"`
}

// Title is a name for people. Chinese may be missing.
type Title struct {
	English string `json:"en"`
	Chinese string `json:"zh,omitempty"`
}

// Level says how finely something can be granted.
type Level string

// The levels, the finest first.
const (
	Resource  Level = "resource"  // resource by resource
	Operation Level = "operation" // as a whole: the resource of the question is "*"
	Service   Level = "service"   // only together with all of its product
)

// Granularity is the level as questions have it.
func (l Level) Granularity() policy.Granularity {
	switch l {
	case Operation:
		return policy.OperationLevel
	case Service:
		return policy.ServiceLevel
	}
	return policy.ResourceLevel
}

// Access says what an action does to the data of its product.
type Access string

// The kinds of access.
const (
	Read  Access = "read"
	Write Access = "write"
	List  Access = "list" // read, of many
)

// Action finds an action or permission by its exact name, or nil.
func (p *Product) Action(name string) *Action { return p.actions[name] }

// Hosted tells whether hufu itself serves the product's API.
func (p *Product) Hosted() bool { return len(p.Versions) > 0 }
