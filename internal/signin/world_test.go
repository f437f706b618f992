package signin_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
)

// The passwords of these tests.
const (
	password  = "Correct-horse-1"
	password2 = "Correct-horse-2"
	wrong     = "Wrong-horse-1"
)

const loginFailed = "AuthFailure.LoginFailed"

// house is an account with a user that may sign in, and all policies.
type house struct {
	*apitest.World
	*apitest.Account
	uin     string // of the account
	user    int64
	browser *apitest.Browser
}

func newHouse(t testing.TB, w *apitest.World) *house {
	t.Helper()
	h := &house{World: w, Account: w.Account(t), browser: w.Browser()}
	h.uin = strconv.FormatInt(h.UIN, 10)
	h.user = h.addUser(t, "ann")
	h.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": h.user, "PolicyId": 1})
	return h
}

func (h *house) addUser(t testing.TB, name string) int64 {
	t.Helper()
	return h.Root.Must(t, "cam:AddUser", apitest.P{"Name": name, "ConsoleLogin": 1, "Password": password}).Int("Uin")
}

// rootPassword gives the root a console password.
func (h *house) rootPassword(t testing.TB) {
	t.Helper()
	hash, err := credential.HashPassword(context.Background(), password)
	if err == nil {
		err = h.DB.Write(context.Background(), func(tx *store.Tx) error {
			return account.SetPassword(context.Background(), tx, store.Account(h.UIN), hash)
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// signIn signs ann in.
func (h *house) signIn(t testing.TB, b *apitest.Browser) {
	t.Helper()
	if got := b.SignIn(t, "user", h.uin, "ann", password); got != "done" {
		t.Fatalf("sign-in: %s", got)
	}
}

// signedIn reports whether the browser has a session that runs.
func signedIn(t testing.TB, b *apitest.Browser) bool {
	t.Helper()
	return b.Send(t, http.MethodGet, "/console/session", nil).Status == http.StatusOK
}

// from is a browser elsewhere.
func (h *house) from(ip string) *apitest.Browser {
	b := h.Browser()
	b.RemoteAddr = ip + ":40000"
	return b
}

// code is what a device shows, made by other means than the product's.
func code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	raw, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	var step [8]byte
	binary.BigEndian.PutUint64(step[:], uint64(at.Unix()/30))
	mac := hmac.New(sha1.New, raw)
	mac.Write(step[:])
	sum := mac.Sum(nil)
	o := sum[19] & 15
	n := (uint32(sum[o])&0x7f)<<24 | uint32(sum[o+1])<<16 | uint32(sum[o+2])<<8 | uint32(sum[o+3])
	return fmt.Sprintf("%06d", n%1_000_000)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// person makes a person, and ann that person.
func (h *house) person(t testing.TB) (id string) {
	t.Helper()
	err := h.DB.Write(context.Background(), func(tx *store.Tx) error {
		made, err := directory.Create(context.Background(), tx, store.Account(h.UIN), directory.Profile{Login: "ann"}, "", false, h.Now())
		if err == nil {
			id = made.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Root.Must(t, "hufu:LinkIdentity", apitest.P{"PersonId": id, "Uin": h.user})
	return id
}
