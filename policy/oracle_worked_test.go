package policy_test

import (
	"testing"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/scenario"
)

// The oracle itself is held to the worked decisions: they come from the
// documentation, as it does.
func TestOracleDecidesTheWorkedCases(t *testing.T) {
	for _, name := range []string{"testdata/worked.yaml", "testdata/further.yaml"} {
		file, err := scenario.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range file.Cases {
			t.Run(c.Title(), func(t *testing.T) {
				layers := oracleLayersOf(&c)
				var v verdict
				refused := 0
				for i, q := range c.Questions() {
					if v = newOracle(q, namesOf(c.Objects[i]), layers).decide(); v.effect != policy.Allow {
						refused = i
						break
					}
				}
				if d := (policy.Decision{Effect: v.effect, Layer: v.layer}); !c.Want.Met(d) {
					t.Errorf("decided %s in %s, want %s", v.effect, v.layer, c.Want)
				}
				if v.effect != policy.Allow && c.Refused >= 0 && refused != c.Refused {
					t.Errorf("refused resource %d, want %d", refused, c.Refused)
				}
			})
		}
	}
}

// oracleLayersOf reads the policies of a case from their texts.
func oracleLayersOf(c *scenario.Case) oracleLayers {
	read := func(sources []policy.Source) *oracleSet {
		set := &oracleSet{}
		for _, s := range sources {
			set.policies = append(set.policies, oraclePolicy{statements: readPolicy(s.Document.Text, nil)})
		}
		return set
	}
	l := oracleLayers{sets: map[policy.Layer]*oracleSet{}}
	if c.Layers.General {
		l.sets[policy.LayerGeneral] = &oracleSet{policies: []oraclePolicy{{statements: readPolicy(generalText, nil)}}}
	}
	for _, level := range c.Layers.Control {
		l.control = append(l.control, read(level))
	}
	for layer, sources := range map[policy.Layer][]policy.Source{policy.LayerBoundary: c.Layers.Boundary, policy.LayerSession: c.Layers.Session,
		policy.LayerIdentity: c.Layers.Identity, policy.LayerResource: c.Layers.Resource} {
		if sources != nil {
			l.sets[layer] = read(sources)
		}
	}
	return l
}
