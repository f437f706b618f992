package directory

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// beijing is the zone of the times in ids.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// idTime is the time in an id: its layout, and how long it is without the point that Go wants before milliseconds.
const (
	idTime       = "20060102150405.000"
	idTimeLength = len(idTime) - 1
	idLength     = idTimeLength + len("-0000-000000000")
)

// NewID draws an id of the form of the EIAM protocol: the time to the millisecond, then 13 random hexadecimal digits, as
// 17-4-9. Ids sort by their times, and do so under every collation, since dashes stand at the same places in all.
func NewID(at time.Time) string {
	var random [7]byte
	rand.Read(random[:])
	digits := fmt.Sprintf("%X", random[:])
	return strings.Replace(at.In(beijing).Format(idTime), ".", "", 1) + "-" + digits[1:5] + "-" + digits[5:14]
}

// NextID draws an id behind all others that an account has in a table, so that the order of ids is that of creation, also
// within one millisecond and after a clock was set back: pages of a list never shift.
func NextID(ctx context.Context, q store.Queryer, table string, a store.Account, at time.Time) (string, error) {
	var last string
	err := q.QueryRowContext(ctx, `SELECT id FROM `+table+` WHERE account = $1 ORDER BY id DESC LIMIT 1`, a).Scan(&last)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("find the last of %s: %w", table, err)
	}
	if before, ok := timeOf(last); ok && at.UnixMilli() <= before.UnixMilli() {
		at = before.Add(time.Millisecond)
	}
	return NewID(at), nil
}

// IsID reports whether a text has the form of an id.
func IsID(s string) bool {
	if len(s) != idLength {
		return false
	}
	for i, c := range []byte(s) {
		switch {
		case i == idTimeLength || i == idTimeLength+5:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9':
		case 'A' <= c && c <= 'F' && i > idTimeLength:
		default:
			return false
		}
	}
	return true
}

// timeOf is the time in an id; not ok where it is none.
func timeOf(id string) (at time.Time, ok bool) {
	if !IsID(id) {
		return at, false
	}
	text := id[:idTimeLength-3] + "." + id[idTimeLength-3:idTimeLength]
	at, err := time.ParseInLocation(idTime, text, beijing)
	return at, err == nil
}
