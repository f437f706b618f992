package scenario

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// MaxBytes bounds a file.
const MaxBytes = 4 << 20

// ReadFile reads a file of cases. Policies that it names are files beside it.
// The error is an [*Error], or that of reading a file.
func ReadFile(path string) (*File, error) {
	text, err := readAtMost(path, MaxBytes)
	if err != nil {
		return nil, err
	}
	return Read(path, text, func(name string) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		return readAtMost(name, policy.MaxBytes)
	})
}

// readAtMost reads one byte more than the bound at most, so that what is too
// large is seen to be.
func readAtMost(path string, bound int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read-only: nothing to lose
	return io.ReadAll(io.LimitReader(f, bound+1))
}

// Read reads the text of a file of cases. The name is for messages. Policies
// that the text names as files are read with open; without it such names are
// refused. The error is an [*Error].
func Read(name string, text []byte, open func(name string) ([]byte, error)) (*File, error) {
	if len(text) > MaxBytes {
		return nil, &Error{File: name, Detail: fmt.Sprintf("more than %d bytes", MaxBytes)}
	}
	var root yaml.Node
	d := yaml.NewDecoder(strings.NewReader(string(text)))
	if err := d.Decode(&root); err != nil {
		return nil, &Error{File: name, Detail: "not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, &Error{File: name, Detail: "there is more than one document"}
	}
	r := &reader{
		walker: walker{file: name}, open: open, parsed: map[parsedKey]*policy.Document{},
		file: &File{Name: name, Accounts: map[string]qcs.Account{}, Principals: map[string]policy.Principal{"anonymous": {}}},
	}
	if err := r.read(root.Content[0]); err != nil {
		return nil, err
	}
	return r.file, nil
}

// A reader turns the tree of one file into a File.
type reader struct {
	walker
	open     func(name string) ([]byte, error)
	file     *File
	owner    qcs.Account // of cases that do not say
	policies map[string]*yaml.Node
	parsed   map[parsedKey]*policy.Document
}

// read reads the members in the order in which they rest on each other.
func (r *reader) read(n *yaml.Node) error {
	parts := map[string]*yaml.Node{}
	keep := func(name string) func(*yaml.Node) error {
		return func(n *yaml.Node) error { parts[name] = n; return nil }
	}
	readers := map[string]func(*yaml.Node) error{
		"accounts": r.accounts, "principals": keep("principals"), "policies": r.named, "owner": keep("owner"), "cases": keep("cases"),
	}
	if err := r.fields(n, "a scenario", readers); err != nil {
		return err
	}
	if parts["cases"] == nil {
		return r.fail(n, "there are no cases")
	}
	if p := parts["principals"]; p != nil {
		if err := r.principals(p); err != nil {
			return err
		}
	}
	if o := parts["owner"]; o != nil {
		owner, err := r.ownerOf(o)
		if err != nil {
			return err
		}
		r.owner = owner
	}
	return r.items(parts["cases"], func(_ int, n *yaml.Node) error {
		c, err := r.readCase(n)
		r.file.Cases = append(r.file.Cases, c)
		return err
	})
}

func (r *reader) accounts(n *yaml.Node) error {
	return r.members(n, "accounts", func(name string, key, value *yaml.Node) error {
		var a qcs.Account
		err := r.fields(value, "an account", map[string]func(*yaml.Node) error{"uin": r.digits(&a.UIN), "appid": r.digits(&a.AppID)})
		if err != nil {
			return err
		}
		if a.UIN == "" || name == noOwner {
			return r.fail(key, "an account needs a uin, and a name other than %q", noOwner)
		}
		r.file.Accounts[name] = a
		return nil
	})
}

func (r *reader) principals(n *yaml.Node) error {
	return r.members(n, "principals", func(name string, _, value *yaml.Node) error {
		p, err := r.principal(value)
		r.file.Principals[name] = p
		return err
	})
}

var kinds = map[string]policy.PrincipalKind{
	"root": policy.Root, "user": policy.User, "role": policy.Role, "service": policy.Service,
	"federated": policy.Federated, "anonymous": policy.Anonymous,
}

func (r *reader) principal(n *yaml.Node) (p policy.Principal, err error) {
	var word, id, name string
	known := map[string]func(*yaml.Node) error{
		"kind": r.string(&word), "id": r.digits(&id), "name": r.string(&name), "uin": r.digits(&p.UIN),
		"service_linked": r.bool(&p.ServiceLinked), "temporary": r.bool(&p.Temporary),
		"account": func(n *yaml.Node) (err error) { p.Account, err = r.account(n); return err },
		"groups":  func(n *yaml.Node) (err error) { p.Groups, err = r.texts(n); return err },
		"tags":    r.tags(&p.Tags),
		"provider": func(n *yaml.Node) error {
			s, err := r.text(n)
			if err != nil {
				return err
			}
			p.Provider, err = qcs.ParseEntity(s)
			if err != nil {
				return r.fail(n, "%s", err)
			}
			return nil
		},
	}
	if err := r.fields(n, "a principal", known); err != nil {
		return p, err
	}
	kind, ok := kinds[word]
	if !ok {
		return p, r.fail(n, "the kind of a principal is %s, not %q", strings.Join(slices.Sorted(maps.Keys(kinds)), ", "), word)
	}
	p.Kind = kind
	lacks := ""
	switch kind {
	case policy.Role:
		if p.RoleID, p.RoleName = id, name; id == "" && name == "" {
			lacks = "an id or a name"
		}
	case policy.Service:
		if p.ServiceName = name; name == "" {
			lacks = "a name"
		}
	case policy.User:
		if p.UIN == "" {
			lacks = "a uin"
		}
	case policy.Federated:
		if p.Provider.Kind == 0 {
			lacks = "a provider"
		}
	}
	if (kind == policy.Root || kind == policy.User || kind == policy.Role) && p.Account.UIN == "" {
		lacks = "an account"
	}
	if lacks != "" {
		return p, r.fail(n, "a principal of kind %s needs %s", word, lacks)
	}
	return p, nil
}

func (r *reader) account(n *yaml.Node) (qcs.Account, error) {
	name, err := r.text(n)
	if err != nil {
		return qcs.Account{}, err
	}
	a, ok := r.file.Accounts[name]
	if !ok {
		return a, r.fail(n, "there is no account %q", name)
	}
	return a, nil
}

// noOwner stands for an owner that is read off the resource's name.
const noOwner = "none"

func (r *reader) ownerOf(n *yaml.Node) (qcs.Account, error) {
	if s, err := r.text(n); err == nil && s == noOwner {
		return qcs.Account{}, nil
	}
	return r.account(n)
}

// The readers below fill one place each.

func (r *reader) string(to *string) func(*yaml.Node) error {
	return func(n *yaml.Node) (err error) { *to, err = r.text(n); return err }
}

func (r *reader) bool(to *bool) func(*yaml.Node) error {
	return func(n *yaml.Node) (err error) { *to, err = r.flag(n); return err }
}

func (r *reader) tags(to *[]policy.Tag) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		all, err := r.texts(n)
		*to = nil
		for _, s := range all {
			*to = append(*to, policy.ParseTag(s))
		}
		return err
	}
}

// digits reads an id. All ids are numbers, and kept as text.
func (r *reader) digits(to *string) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		s, err := r.text(n)
		if err == nil && (s == "" || strings.Trim(s, "0123456789") != "") {
			err = r.fail(n, "%q is no id: it has digits only", s)
		}
		*to = s
		return err
	}
}

// number reads a small number from 0 up.
func (r *reader) number(to *int) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		s, err := r.text(n)
		if err != nil {
			return err
		}
		v, err := strconv.ParseUint(s, 10, 31)
		if err != nil {
			return r.fail(n, "%q is no number", s)
		}
		*to = int(v)
		return nil
	}
}
