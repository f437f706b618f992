package catalogue

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// manifest is one file, read and checked as far as it can be alone. Its own actions are in actions, not in Product.
type manifest struct {
	Product
	file    string
	builtIn bool
	line    int // of the service
	actions []*Action
	tags    bool // what actions have that say nothing else
	ip      bool
}

// errorAt is an error about a line of the manifest.
func (m *manifest) errorAt(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", m.file, line, fmt.Sprintf(format, args...))
}

//go:embed manifests/*.yaml
var manifestFiles embed.FS

// ours are the manifests of this package.
var ours = sync.OnceValue(func() []*manifest {
	files, err := manifestFiles.ReadDir("manifests")
	if err != nil {
		panic(err)
	}
	var all []*manifest
	for _, f := range files {
		file := path.Join("manifests", f.Name())
		text, err := manifestFiles.ReadFile(file)
		if err != nil {
			panic(err)
		}
		m, err := readManifest(file, text)
		if err != nil {
			panic(err)
		}
		m.builtIn, m.Source = true, own
		all = append(all, m)
	}
	return all
})

// maxManifest bounds a manifest: ten times what the largest known product needs.
const maxManifest = 1 << 20

// readFile reads a manifest of the operator's.
func readFile(name string) (*manifest, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read product manifest: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, fmt.Errorf("read product manifest: %w", err)
	}
	return readManifest(name, text)
}

// readManifest reads a manifest. The error names every fault, each with file and line.
func readManifest(file string, text []byte) (*manifest, error) {
	if len(text) > maxManifest {
		return nil, fmt.Errorf("%s: larger than %d bytes", file, maxManifest)
	}
	r := &reader{manifest: &manifest{file: file}, seen: map[string]bool{}}
	r.Source = file
	root, err := parseYAML(file, text)
	if err != nil {
		return nil, err
	}
	r.product(root)
	return r.manifest, errors.Join(r.faults...)
}

// Forms of names. Whatever fits them can stand in a policy without being a pattern.
var (
	serviceForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	actionForm   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,127}$`)
	prefixForm   = regexp.MustCompile(`^(\*|[A-Za-z][A-Za-z0-9_.-]{0,127})$`)
	keyForm      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}:[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$`)
	variableForm = regexp.MustCompile(`\$\{[A-Za-z][A-Za-z0-9_]*\}`)
)

// maxTypes bounds the types of resources of one action.
const maxTypes = 64

// product reads the whole file.
func (r *reader) product(root *yaml.Node) {
	f := r.fields(root, "service", "title", "level", "complete", "tags", "ip", "resources", "actions", "permissions", "conditions")
	r.line = f.at("service").Line
	r.Service = r.matching(f, "service", serviceForm, "a name of lower-case letters, digits, - and _")
	if title := r.title(f); title != nil {
		r.Title = *title
	} else {
		r.fault(root, "title is missing")
	}
	if r.Level = Level(r.oneOf(f, "level", string(Resource), string(Operation), string(Service))); f.get("level") == nil {
		r.fault(root, "level is missing: resource, operation or service")
	}
	r.Complete = r.flag(f, "complete", false)
	r.tags, r.ip = r.flag(f, "tags", false), r.flag(f, "ip", true)
	for _, n := range r.list(f.get("resources")) {
		r.resource(n)
	}
	for _, n := range r.list(f.get("actions")) {
		r.action(n, false)
	}
	for _, n := range r.list(f.get("permissions")) {
		r.action(n, true)
	}
	for _, n := range r.list(f.get("conditions")) {
		r.condition(n)
	}
}

// resource reads a type of resources.
func (r *reader) resource(n *yaml.Node) {
	f := r.fields(n, "prefix", "template", "title")
	t := &ResourceType{Title: r.title(f),
		Prefix:   r.matching(f, "prefix", prefixForm, "how the sixth segment starts, up to its first slash, or *"),
		Template: r.text(f, "template")}
	if r.Service != "" && t.Prefix != "" && t.Template != "" {
		if why := r.templateFault(t); why != "" {
			r.fault(f.at("template"), "template %s", why)
		}
	}
	r.once(n, "resource type", t.Prefix)
	r.ResourceTypes = append(r.ResourceTypes, t)
}

// templateFault says what is wrong with a template: it is a name of the product's own, of the type that it explains.
func (r *reader) templateFault(t *ResourceType) string {
	segments := strings.SplitN(t.Template, ":", 6)
	if len(segments) < 6 || segments[0] != "qcs" || segments[1] != "" {
		return "is not of the form qcs::service:region:account:resource"
	}
	if segments[2] != r.Service {
		return "is not of service " + r.Service
	}
	if !slices.Contains([]string{"", "${region}"}, segments[3]) {
		return "has a region that is neither empty nor ${region}"
	}
	if !slices.Contains([]string{"", "uin/${owner}", "uid/${appid}"}, segments[4]) {
		return "has an account that is none of empty, uin/${owner} and uid/${appid}"
	}
	if prefix, _, _ := strings.Cut(segments[5], "/"); t.Prefix != "*" && prefix != t.Prefix {
		return "has a resource that does not start with " + t.Prefix
	}
	plain := variableForm.ReplaceAllString(segments[5], "x")
	if plain == "" || strings.ContainsAny(plain, "${}*") {
		return "has no resource, a wildcard, or a malformed ${variable}"
	}
	return ""
}

// action reads an action or a permission.
func (r *reader) action(n *yaml.Node, permission bool) {
	f := r.fields(n, "name", "title", "access", "level", "tags", "ip", "resources")
	a := &Action{Title: r.title(f), Permission: permission, Tags: r.flag(f, "tags", r.tags), IP: r.flag(f, "ip", r.ip), Level: r.Level,
		Name:   r.matching(f, "name", actionForm, "a name of letters, digits, _, . and -"),
		Access: Access(r.oneOf(f, "access", string(Read), string(Write), string(List)))}
	if f.get("access") == nil {
		r.fault(n, "access is missing: read, write or list")
	}
	if level := Level(r.oneOf(f, "level", string(Resource), string(Operation))); level != "" {
		a.Level = level
		if r.Level == Service || r.Level == Operation && level == Resource {
			r.fault(f.get("level"), "the product has level %s: nothing of it can be granted finer", r.Level)
		}
	}
	for _, t := range r.list(f.get("resources")) {
		r.about(a, t)
	}
	r.once(n, "action", a.Name)
	r.actions = append(r.actions, a)
}

// about reads one type of resource that an action touches: the prefix of one of this manifest, or of another product
// as service:prefix.
func (r *reader) about(a *Action, n *yaml.Node) {
	typ := r.scalar(n, "a resource type")
	if typ == "" {
		return
	}
	service, prefix, foreign := strings.Cut(typ, ":")
	switch {
	case foreign && (!serviceForm.MatchString(service) || !prefixForm.MatchString(prefix) || service == r.Service):
		r.fault(n, "%s is no type of another product, service:prefix", quote(typ))
	case !foreign && !r.seen["resource type "+typ]:
		r.fault(n, "resource type %s is not declared under resources", quote(typ))
	case a.Level != Resource:
		r.fault(n, "%s touches no single resource, so it has no resource types", a.Name)
	case slices.Contains(a.ResourceTypes, typ):
		r.fault(n, "resource type %s is given twice", typ)
	case len(a.ResourceTypes) == maxTypes:
		r.fault(n, "%s has more than %d resource types", a.Name, maxTypes)
	default:
		a.ResourceTypes = append(a.ResourceTypes, typ)
	}
}

// condition reads a condition key.
func (r *reader) condition(n *yaml.Node) {
	f := r.fields(n, "key", "type", "title")
	c := &ConditionKey{Title: r.title(f), Key: r.matching(f, "key", keyForm, "service:name")}
	if c.Type = r.oneOf(f, "type", "string", "number", "date", "bool", "ip"); f.get("type") == nil {
		r.fault(n, "type is missing: string, number, date, bool or ip")
	}
	if strings.HasPrefix(c.Key, "qcs:") {
		r.fault(n, "keys that start with qcs: are hufu's own")
	}
	r.once(n, "condition key", c.Key)
	r.ConditionKeys = append(r.ConditionKeys, c)
}

// once refuses what was declared before.
func (r *reader) once(n *yaml.Node, kind, name string) {
	key := kind + " " + name
	if name != "" && r.seen[key] {
		r.fault(n, "%s is declared twice", key)
	}
	r.seen[key] = true
}
