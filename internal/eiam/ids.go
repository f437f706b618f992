package eiam

import (
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/hufu-iam/hufu/internal/fault"
)

const alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// newSecret draws 32 alphanumerics, each equally likely: the form of client ids and secrets.
func newSecret() string {
	out := make([]byte, 0, 32)
	var buf [64]byte
	for len(out) < cap(out) {
		rand.Read(buf[:])
		for _, b := range buf {
			if int(b) < 256-256%len(alphanumerics) && len(out) < cap(out) {
				out = append(out, alphanumerics[int(b)%len(alphanumerics)])
			}
		}
	}
	return string(out)
}

// digest is the form in which secrets and tokens are kept: they are long and random, so a plain hash is enough.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// The forms of times: in answers, and in filters.
const (
	timeOut = "2006-01-02 15:04:05.000"
	timeIn  = "2006-01-02 15:04:05"
)

// Time prints a time of the database, in the tenant's zone.
func (t *Tenant) Time(ms int64) string { return time.UnixMilli(ms).In(t.Zone).Format(timeOut) }

// ParseTime reads the time of a filter, in the tenant's zone. The error is COM.0601.
func (t *Tenant) ParseTime(s string) (ms int64, err error) {
	at, err := time.ParseInLocation(timeIn, s, t.Zone)
	if err != nil {
		return 0, fault.New(codeParameter)
	}
	return at.UnixMilli(), nil
}

// codeParameter is a parameter that is missing or malformed, where nothing more is documented.
const codeParameter = "COM.0601"

// Page is a page of a list: the number of rows before it, and of those on it.
type Page struct{ Skip, Size int64 }

// PageOf is the page with a number, counted from 0, of so many rows. The contract has checked both.
func PageOf(number, size int64) Page { return Page{Skip: number * size, Size: size} }
