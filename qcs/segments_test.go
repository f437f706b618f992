package qcs

import "testing"

func TestSegmentsHaveOneSpelling(t *testing.T) {
	for _, c := range []struct{ text, project, service, region, account, path string }{
		{"*", "", "*", "*", "*", "*"},
		{"qcs:::::*", "", "*", "*", "", "*"},
		{"qcs:id/07:CVM:GZ:uin/-1:instance/*", "id/7", "cvm", "ap-guangzhou", "", "instance/*"},
		{"qcs:id/0:c*:ap-*:uin/*:a:b", "", "c*", "ap-*", "*", "a:b"},
		{"qcs::cos::uid/125:b", "", "cos", "*", "uid/125", "b"},
		{"qcs::cos::uin/7:b", "", "cos", "*", "uin/7", "b"},
		{"qcs::cam::anyone:anyone", "", "cam", "*", "anonymous", "anyone"},
	} {
		p, err := ParsePattern(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := [5]string{p.Project(), p.Service(), p.Region(), p.Account(), p.Path()}; got != [5]string{c.project, c.service, c.region, c.account, c.path} {
			t.Errorf("%s: %q", c.text, got)
		}
	}
}
