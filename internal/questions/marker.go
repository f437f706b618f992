package questions

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// maxDuration ends an answer that goes through principals, with a marker: what a thousand of them cost depends on how many
// policies they have that nobody has asked about yet.
const maxDuration = time.Second

// place is the last principal of an account that a list has looked at.
type place struct {
	stage int // index in stages
	id    int64
}

// stages are the kinds of principal in the order in which lists go through them.
var stages = [...]struct {
	name string
	kind call.PrincipalKind
}{{typeRoot, call.Root}, {typeUser, call.User}, {typeRole, call.Role}}

// markers names the list that a marker is of: of an action, in an account.
func markers(c *call.Call) string { return fmt.Sprintf("%s/%d", c.Action, c.Account()) }

func (p *Product) sealMarker(c *call.Call, at place) string {
	return p.keys.SealMarker(markers(c), fmt.Sprintf("%d/%d", at.stage, at.id))
}

func (p *Product) openMarker(c *call.Call, marker *string) (at place, err error) {
	if marker == nil || *marker == "" {
		return at, nil
	}
	text, ok := p.keys.OpenMarker(markers(c), *marker)
	if !ok {
		return at, fault.New(code.InvalidParameterPaginationTokenInvalid)
	}
	stage, id, _ := strings.Cut(text, "/") // our own text
	at.stage, _ = strconv.Atoi(stage)
	at.id, _ = strconv.ParseInt(id, 10, 64)
	return at, nil
}
