package policy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/policy"
)

// The oracle itself is held to the worked decisions: they come from the
// documentation, as it does.
func TestOracleDecidesTheWorkedCases(t *testing.T) {
	for _, file := range []string{"testdata/worked.yaml", "testdata/further.yaml"} {
		for _, c := range readCases[decisionCase](t, file) {
			t.Run(fmt.Sprint(c.N, " ", c.Name), func(t *testing.T) {
				objects := [][]string{{c.Resource}}
				if c.Names != nil {
					objects = [][]string{c.Names}
				}
				if c.Resources != nil {
					objects = nil
					for _, r := range c.Resources {
						objects = append(objects, []string{r})
					}
				}
				layers := c.oracleLayers(t)
				var v verdict
				refused := 0
				for i, q := range c.questions(t) {
					if v = newOracle(q, objects[i], layers).decide(); v.effect != policy.Allow {
						refused = i
						break
					}
				}
				d := policy.Decision{Effect: v.effect, Layer: v.layer}
				if got := summary(d, strings.Contains(c.Want, "(")); got != c.Want {
					t.Errorf("decided %s, want %s", summary(d, true), c.Want)
				}
				if v.effect != policy.Allow && refused != c.Refused {
					t.Errorf("refused resource %d, want %d", refused, c.Refused)
				}
			})
		}
	}
}

// oracleLayers reads the policies of the case.
func (c *decisionCase) oracleLayers(t testing.TB) oracleLayers {
	t.Helper()
	read := func(policies ...[]yamlStatement) *oracleSet {
		set := &oracleSet{}
		for _, p := range policies {
			if len(p) == 0 {
				continue
			}
			var list []any
			for _, s := range p {
				list = append(list, s.json())
			}
			text, err := json.Marshal(map[string]any{"version": "2.0", "statement": list})
			if err != nil {
				t.Fatal(err)
			}
			set.policies = append(set.policies, oraclePolicy{statements: readPolicy(string(text), nil)})
		}
		return set
	}
	l := oracleLayers{sets: map[policy.Layer]*oracleSet{policy.LayerIdentity: read(c.Identity...)}}
	if c.General {
		l.sets[policy.LayerGeneral] = &oracleSet{policies: []oraclePolicy{{statements: readPolicy(generalText, nil)}}}
	}
	for _, level := range c.Control {
		l.control = append(l.control, read(level))
	}
	for layer, statements := range map[policy.Layer][]yamlStatement{policy.LayerBoundary: c.Boundary, policy.LayerSession: c.Session, policy.LayerResource: c.Policy} {
		if statements != nil {
			l.sets[layer] = read(statements)
		}
	}
	return l
}
