package policy_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/hufu-iam/hufu/policy"
)

// An oracleStatement is a statement as it stands in the text, its lists made
// even: one text is a list of one.
type oracleStatement struct {
	effect     policy.Effect
	actions    []string        // without name/, feature sets replaced by what they stand for
	resources  []oraclePattern // nil: the member is absent
	conditions []oracleCondition
	principal  *oraclePrincipal // nil: none is given
}

type oraclePrincipal struct {
	anyone                  bool
	qcs, service, federated []string
}

type oracleCondition struct {
	operator, key string
	values        []string
}

// oracleFeatures is the one feature set that everybody knows.
var oracleFeatures = policy.Features{"permid/280655": {"cos:Get*", "cos:Head*", "cos:List*", "cos:OptionsObject"}}

// generalText are the rules that bind every sub-user.
const generalText = `{"version":"2.0","statement":{"effect":"deny","resource":"*",
	"action":["account:QueryKeyBySecretId","account:SetSafeAuthFlag","account:BindToken","account:UnbindToken","account:ModifyMail","account:ModifyPhoneNum"],
	"condition":{"string_equal":{"mfa":"0"}}}}`

// readPolicy reads a good document; features is nil for the usual ones. It
// panics where a text is not even JSON, which generators do not make.
func readPolicy(text string, features policy.Features) []oracleStatement {
	if features == nil {
		features = oracleFeatures
	}
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "%") {
		decoded, err := url.PathUnescape(text)
		must(err)
		text = decoded
	}
	document := readObject(text)
	if inner, ok := document["strategyinfo"]; ok {
		if s, ok := inner.(string); ok {
			document = readObject(s)
		} else {
			document = lowerNames(inner)
		}
	}
	var statements []oracleStatement
	for _, s := range listOf(document["statement"]) {
		members := lowerNames(s)
		statement := readStatement(members, features)
		if members["principal"] == nil && document["principal"] != nil {
			statement.principal = readPrincipal(document["principal"])
		}
		statements = append(statements, statement)
	}
	return statements
}

func readStatement(members map[string]any, features policy.Features) oracleStatement {
	s := oracleStatement{effect: policy.Allow}
	if strings.EqualFold(members["effect"].(string), "deny") {
		s.effect = policy.ExplicitDeny
	}
	for _, a := range textsOf(members["action"]) {
		a = fewStars(strings.TrimPrefix(a, "name/"))
		if list, ok := features[a]; ok {
			s.actions = append(s.actions, list...)
		} else {
			s.actions = append(s.actions, a)
		}
	}
	if resource, present := members["resource"]; present {
		// "", [] and null are ways to write *.
		texts := textsOf(resource)
		if len(texts) == 0 {
			texts = []string{"*"}
		}
		for _, r := range texts {
			s.resources = append(s.resources, readPattern(r))
		}
	}
	if c, ok := members["condition"]; ok {
		for operator, keys := range c.(map[string]any) {
			for key, values := range keys.(map[string]any) {
				s.conditions = append(s.conditions, oracleCondition{operator, key, textsOf(values)})
			}
		}
	}
	if p := members["principal"]; p != nil {
		s.principal = readPrincipal(p)
	}
	return s
}

func readPrincipal(v any) *oraclePrincipal {
	if v == "*" {
		return &oraclePrincipal{anyone: true}
	}
	m := v.(map[string]any)
	return &oraclePrincipal{qcs: textsOf(m["qcs"]), service: textsOf(m["service"]), federated: textsOf(m["federated"])}
}

// readObject reads a JSON object, numbers as they are written.
func readObject(text string) map[string]any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	must(d.Decode(&v))
	return lowerNames(v)
}

// lowerNames brings the names of an object's members to lower case.
func lowerNames(v any) map[string]any {
	m := map[string]any{}
	for name, member := range v.(map[string]any) {
		m[strings.ToLower(name)] = member
	}
	return m
}

// listOf makes a list of what may be one.
func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	if v == nil {
		return nil
	}
	return []any{v}
}

func textsOf(v any) []string {
	var texts []string
	for _, e := range listOf(v) {
		texts = append(texts, fmt.Sprint(e)) // of a number or boolean: as written
	}
	return texts
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
