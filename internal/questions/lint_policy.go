package questions

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/lint"
)

// maxFindings bounds what is told of one document.
const maxFindings = 500

// kindTrust is the value of Kind for the trust policies of roles.
const kindTrust = "trust"

var createRole = policy.Action{Service: "cam", Name: "CreateRole"}

// LintPolicy finds what creating a policy or role would refuse, and what would be accepted and says something else than
// it seems to. Whether a principal exists is told to those only who could learn it by creating a role.
func (p *Product) LintPolicy(ctx context.Context, c *call.Call, in *hufu20261201.LintPolicyRequest) (*hufu20261201.LintPolicyResponse, error) {
	o := lint.Options{Rules: p.directory.PolicyRules(), Products: knownProducts{p.products}, Now: c.At}
	failed := func() error { return nil }
	if in.Kind == kindTrust {
		o.Rules, failed = p.directory.TrustRules(ctx, p.db.Read(), c.Account())
		d, err := p.engine.Decide(ctx, access.Question{Caller: c.Caller, Action: createRole, Context: policy.Context{IP: c.IP, Time: c.At, MFA: c.Caller.MFA()}})
		if err != nil {
			return nil, err
		}
		if !d.Allowed {
			o.Rules.KnownPrincipal = nil
		}
	}
	found := lint.Check(in.PolicyDocument, o)
	if err := failed(); err != nil {
		return nil, err
	}
	text, err := policy.Decode(in.PolicyDocument)
	if err != nil {
		text = in.PolicyDocument
	}
	out := &hufu20261201.LintPolicyResponse{}
	at := units{text: text}
	for _, f := range found[:min(len(found), maxFindings)] {
		from := at.of(f.Offset)
		out.Findings = append(out.Findings, hufu20261201.LintFinding{Severity: string(f.Severity), Code: f.Code, Message: remark(c.Language, &f), Suggestion: f.Suggestion,
			Path: pointer(f.Path), From: from, To: from + unitsIn(between(text, f.Offset, f.End))})
	}
	return out, nil
}

// remark is the message of a finding. What a document is refused for has the sentence of its code in Chinese.
func remark(l fault.Language, f *lint.Finding) string {
	switch {
	case l == fault.English:
		return f.Message
	case f.Severity == lint.Error:
		return fault.New("InvalidParameter."+f.Code, "PolicyDocument").Message(l)
	}
	return f.Chinese
}

// units counts the UTF-16 units before places of a text that come in its order: editors count in these.
type units struct {
	text   string
	offset int
	count  int64
}

func (u *units) of(offset int) int64 {
	if offset < u.offset { // of no document of ours: findings are in its order
		u.offset, u.count = 0, 0
	}
	u.count += unitsIn(between(u.text, u.offset, offset))
	u.offset = max(u.offset, min(offset, len(u.text)))
	return u.count
}

func between(text string, from, to int) string {
	from = min(from, len(text))
	return text[from:max(from, min(to, len(text)))]
}

func unitsIn(text string) (n int64) {
	for _, r := range text {
		n += int64(max(1, utf16.RuneLen(r)))
	}
	return n
}

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

// pointer makes a JSON pointer of a path such as statement[0].condition.ip_equal["qcs:ip"].
func pointer(path string) string {
	var b strings.Builder
	for path != "" {
		part := path
		switch {
		case strings.HasPrefix(path, `["`):
			quoted, err := strconv.QuotedPrefix(path[1:])
			if err != nil {
				return b.String() // our own text
			}
			part, _ = strconv.Unquote(quoted)
			path = strings.TrimPrefix(path[1+len(quoted):], "]")
		case path[0] == '[':
			part, path, _ = strings.Cut(path[1:], "]")
		default:
			path = strings.TrimPrefix(path, ".")
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			part, path = path[:end], path[end:]
		}
		b.WriteString("/" + escapePointer.Replace(part))
	}
	return b.String()
}
