package wire

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// hostileForms are what a form or a multipart body can be at worst, within the bounds of ParseFlattened and beyond.
func hostileForms() map[string][]Param {
	many := func(n int, name string) []Param {
		out := make([]Param, n)
		for i := range out {
			out[i].Name = fmt.Sprintf(name, i)
		}
		return out
	}
	long := strings.Repeat("9", maxFlatName-20)
	forms := map[string][]Param{
		"tiny":           many(110_000, "%d"),
		"deep":           many(maxParams, "A.B.C.D.E.F.G.H.I.J.K.L.M.N.O.P%d"),
		"deep, apart":    many(maxParams, "A%d.B.C.D.E.F.G.H.I.J.K.L.M.N.O.P"),
		"long prefix":    many(maxParams, strings.Repeat("x", maxFlatName-20)+".%d"),
		"long indexes":   append(many(maxParams-10, "A.%d"), many(10, "A."+long+"%d")...),
		"one long index": append(many(maxParams-1, "A.%d"), Param{Name: "A." + long}),
		"huge index":     append(many(maxParams-1, "A.%d"), Param{Name: "A." + strings.Repeat("0", 900_000) + "1"}),
		"JSON parts":     many(maxParams, "A%d"),
	}
	for i := range forms["JSON parts"] {
		p := &forms["JSON parts"][i]
		p.JSON, p.Value = true, "[[],[],[],[],[],[],[],1]"
	}
	return forms
}

func BenchmarkParseFlattenedHostile(b *testing.B) {
	for name, form := range hostileForms() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = ParseFlattened(slices.Clone(form))
			}
		})
	}
}

func BenchmarkParseJSONHostile(b *testing.B) {
	const size = 10 << 20
	object := func(n int) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, `,"%d":1`, i)
		}
		return "{" + s.String()[1:] + "}"
	}
	for name, body := range map[string]string{
		"tiny values":                      `{"A":[` + strings.Repeat("1,", size/2-8) + `1]}`,
		"tiny lists":                       `{"A":[` + strings.Repeat("[],", size/3-8) + `1]}`,
		"one large object":                 object(900_000),
		"a large object, and many smaller": `{"A":[` + object(maxValues/2) + strings.Repeat(","+object(17), maxValues/40) + `]}`,
		"objects":                          `{"A":[` + strings.Repeat(object(17)+",", 60_000) + `1]}`,
		"escapes":                          `{"A":[` + strings.Repeat(`"\n",`, size/5-8) + `1]}`,
		"one string":                       `{"A":"` + strings.Repeat("x", size-16) + `"}`,
		"one string escaped":               `{"A":"` + strings.Repeat(`\n`, size/2-8) + `"}`,
		"two strings escaped":              `{"A":"` + strings.Repeat("x", size/2-16) + `\n","B":"` + strings.Repeat("x", size/2-16) + `\n"}`,
	} {
		b.Run(name, func(b *testing.B) {
			in := []byte(body)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = ParseJSON(in)
			}
		})
	}
}
