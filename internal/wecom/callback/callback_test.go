package callback_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/wecom/callback"
)

// The sample that WeCom publishes with its own library.
const (
	token     = "QDG6eK"
	key       = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	receiver  = "wx5823bf96d3bd56c7"
	timestamp = "1409659589"
	nonce     = "263014780"
	echostr   = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
	signature = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
	plain     = "1616140317555161061"
	random    = "c41b64491c2468d0"
)

var sent = time.Unix(1409659589, 0)

func sample(t testing.TB) *callback.Secret {
	t.Helper()
	s, err := callback.New(token, key, receiver)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestThePublishedSampleIsReadAndWritten(t *testing.T) {
	s := sample(t)
	if got := s.Signature(timestamp, nonce, echostr); got != signature {
		t.Errorf("signature %s, want %s", got, signature)
	}
	got, err := s.Echo(callback.Query{Signature: signature, Timestamp: timestamp, Nonce: nonce}, echostr, sent)
	if err != nil || string(got) != plain {
		t.Errorf("echo %q, %v, want %q", got, err, plain)
	}
	var r [16]byte
	copy(r[:], random)
	if got := s.Encrypt(r, []byte(plain)); got != echostr {
		t.Errorf("encrypted %s, want %s", got, echostr)
	}
}

func TestKeysAndTokensAreOfTheConfiguredForm(t *testing.T) {
	for name, c := range map[string]struct {
		token, key string
		want       error
	}{
		"the sample":                        {token, key, nil},
		"a token of 32":                     {strings.Repeat("t", 32), key, nil},
		"a token of 33 is refused":          {strings.Repeat("t", 33), key, callback.ErrToken},
		"an empty token is refused":         {"", key, callback.ErrToken},
		"a token with a dash is refused":    {"a-b", key, callback.ErrToken},
		"a key of 42 is refused":            {token, key[1:], callback.ErrKey},
		"a key of 44 is refused":            {token, key + "A", callback.ErrKey},
		"a key with a plus sign is refused": {token, "+" + key[1:], callback.ErrKey},
	} {
		if _, err := callback.New(c.token, c.key, receiver); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestWhatIsNotWeComsIsRefused(t *testing.T) {
	s := sample(t)
	q, body := s.Seal([16]byte{1}, timestamp, nonce, "1000002", callback.Message{{Name: "Event", Value: "change_contact"}})
	other, err := callback.New(token, key, "ww1")
	if err != nil {
		t.Fatal(err)
	}
	otherQuery, otherBody := other.Seal([16]byte{1}, timestamp, nonce, "", nil)
	late := "1409650000"
	lateQuery, lateBody := s.Seal([16]byte{1}, late, nonce, "", nil)
	for name, c := range map[string]struct {
		q    callback.Query
		body string
		want error
	}{
		"as it was sent":                {q, string(body), nil},
		"another nonce":                 {callback.Query{Signature: q.Signature, Timestamp: timestamp, Nonce: "1"}, string(body), callback.ErrSignature},
		"no signature":                  {callback.Query{Timestamp: timestamp, Nonce: nonce}, string(body), callback.ErrSignature},
		"an altered text":               {q, strings.Replace(string(body), "<Encrypt><![CDATA[", "<Encrypt><![CDATA[A", 1), callback.ErrSignature},
		"to another receiver":           {otherQuery, string(otherBody), callback.ErrReceiver},
		"another's text in our cover":   {otherQuery, strings.Replace(string(otherBody), "ww1", receiver, 1), callback.ErrReceiver},
		"an hour late":                  {lateQuery, string(lateBody), callback.ErrTimestamp},
		"no XML":                        {q, "{}", callback.ErrXML},
		"two documents":                 {q, string(body) + string(body), callback.ErrXML},
		"a document type":               {q, `<!DOCTYPE xml [<!ENTITY a "b">]>` + string(body), callback.ErrXML},
		"an entity that is not defined": {q, "<xml><Encrypt>&a;</Encrypt></xml>", callback.ErrXML},
		"an attribute":                  {q, `<xml a="b"></xml>`, callback.ErrXML},
		"a comment":                     {q, "<xml><!-- --></xml>", callback.ErrXML},
		"a namespace":                   {q, "<a:xml></a:xml>", callback.ErrXML},
		"a member twice":                {q, "<xml><Encrypt></Encrypt><Encrypt></Encrypt></xml>", callback.ErrXML},
		"text between members":          {q, "<xml>a</xml>", callback.ErrXML},
		"another root":                  {q, "<html></html>", callback.ErrXML},
		"too many members":              {q, "<xml>" + many(65) + "</xml>", callback.ErrXML},
		"too deep":                      {q, "<xml>" + strings.Repeat("<a>", 9) + strings.Repeat("</a>", 9) + "</xml>", callback.ErrXML},
		"too long":                      {q, "<xml><a>" + strings.Repeat("a", callback.MaxSize) + "</a></xml>", callback.ErrXML},
		"never closed":                  {q, "<xml><a>", callback.ErrXML},
		"nothing":                       {q, "", callback.ErrXML},
	} {
		if _, err := s.Open(c.q, []byte(c.body), sent); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		name := "m" + hex.EncodeToString([]byte{byte(i)})
		b.WriteString("<" + name + "></" + name + ">")
	}
	return b.String()
}

func TestTextsThatDoNotDecryptAreRefused(t *testing.T) {
	s := sample(t)
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"not base64":           {"***", callback.ErrCipher},
		"empty":                {"", callback.ErrCipher},
		"half a block":         {"AAAAAAAAAAAAAAAAAAAAAA==", callback.ErrCipher},
		"a block of nothing":   {strings.Repeat("A", 43) + "=", callback.ErrCipher},
		"with a line break":    {echostr[:10] + "\n" + echostr[10:], callback.ErrCipher},
		"longer than is read":  {strings.Repeat("A", callback.MaxSize+4), callback.ErrBuffer},
		"the sample, as it is": {echostr, nil},
	} {
		if _, err := s.Decrypt(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestMembersWithElementsBelowThemAreEmpty(t *testing.T) {
	m, err := callback.Read([]byte("<xml> <UserID>a&amp;<![CDATA[<b>]]></UserID><ExtAttr>\n<Item><Name>n</Name></Item></ExtAttr> </xml>\n"))
	if err != nil || len(m) != 2 || m.Get("UserID") != "a&<b>" || m.Get("ExtAttr") != "" || m.Get("Missing") != "" {
		t.Errorf("%v, %v", m, err)
	}
}

// FuzzCallback opens arbitrary bodies, and holds that what is written can be read.
func FuzzCallback(f *testing.F) {
	s := sample(f)
	_, body := s.Seal([16]byte{1}, timestamp, nonce, "1000002", callback.Message{{Name: "Event", Value: "change_contact"}})
	f.Add(body, echostr)
	f.Add([]byte("<xml><a><![CDATA[]]]]><![CDATA[>]]></a><b><c/></b></xml>"), strings.Repeat("A", 43)+"=")
	f.Add([]byte(`<?xml version="1.0"?><!DOCTYPE a><xml/>`), "")
	f.Fuzz(func(t *testing.T, body []byte, text string) {
		q := callback.Query{Signature: s.Signature(timestamp, nonce, text), Timestamp: timestamp, Nonce: nonce}
		if _, err := s.Open(q, body, sent); err == nil {
			if m, _ := callback.Read(body); m.Get("Encrypt") != text {
				t.Error("opened a text that was not signed")
			}
		}
		if message, err := s.Echo(q, text, sent); err == nil {
			if back, err := s.Decrypt(s.Encrypt([16]byte{}, message)); err != nil || string(back) != string(message) {
				t.Errorf("%q came back as %q, %v", message, back, err)
			}
		}
		m, err := callback.Read(body)
		if err != nil {
			return
		}
		q, sealed := s.Seal([16]byte{2}, timestamp, nonce, "", m)
		back, err := s.Open(q, sealed, sent)
		if err != nil || len(back) != len(m) {
			t.Fatalf("%v came back as %v, %v", m, back, err)
		}
		for i := range m {
			// A carriage return is a line feed to every XML reader.
			if want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(m[i].Value); back[i].Name != m[i].Name || back[i].Value != want {
				t.Errorf("%v came back as %v", m[i], back[i])
			}
		}
	})
}
