package component

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// remembered is for how long after its timestamp a signature is remembered. It is accepted for half of that; the other half
// is for nodes whose clocks differ.
const remembered = 10 * time.Minute

// errReplayed refuses a signature that was used before. API 3.0, which takes signatures again, has no code of its own for it.
var errReplayed = fault.New(code.AuthFailureSignatureExpire)

// replayedText says so, in the languages of messages.
var replayedText = map[fault.Language]string{
	fault.English: "The signature was used before: sign the call again, in a new second or with another eventId.",
	fault.Chinese: "该签名已被使用过，请在新的时间戳下或使用新的 eventId 重新签名。",
}

// once is the signature of a call that changes something. It names exactly one signed text, in which there is the time and
// the whole body, so the same call can be made again with another eventId.
//
// A signature is spent by its first request, whether that succeeded or not: were it good again after a failure, whoever
// recorded the request could have it done later, when what it lacked is there, although the signer was told that it failed
// and may have made the call anew.
type once struct {
	account store.Account
	value   []byte
	until   int64 // unix milliseconds
}

// newOnce takes the signature of an authorization header, which was verified, and its timestamp in seconds.
func newOnce(a store.Account, signature string, timestamp int64) (*once, error) {
	value, err := hex.DecodeString(signature)
	if err != nil {
		return nil, fmt.Errorf("a verified signature: %w", err)
	}
	return &once{a, value, time.Unix(timestamp, 0).Add(remembered).UnixMilli()}, nil
}

// spent reports whether there was a request before this one. It keeps a replay from getting any further; what makes sure
// that of two at once only one does its work is spend.
func (o *once) spent(ctx context.Context, q store.Queryer) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM component_signatures WHERE account = $1 AND signature = $2`, o.account, o.value).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look a signature up: %w", err)
	}
	return n > 0, nil
}

// spend writes the signature down; errReplayed if it is there already.
func (o *once) spend(ctx context.Context, tx *store.Tx) error {
	r, err := tx.ExecContext(ctx, `INSERT INTO component_signatures (account, signature, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		o.account, o.value, o.until)
	if err != nil {
		return fmt.Errorf("write a signature down: %w", err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return fmt.Errorf("write a signature down: %w", err)
	}
	if n == 0 {
		return errReplayed
	}
	return nil
}

// Purge forgets the signatures that no node accepts any more.
func Purge(ctx context.Context, db *store.DB, now time.Time) error {
	err := db.Purge(ctx, `DELETE FROM component_signatures WHERE (account, signature) IN
		(SELECT account, signature FROM component_signatures WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`, now)
	if err != nil {
		return fmt.Errorf("purge signatures: %w", err)
	}
	return nil
}
