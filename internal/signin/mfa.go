package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Device is a one-time password device that is being bound: what an authenticator app has to know.
type Device struct{ Secret, URI string }

// device is a row of one.
type device struct {
	id      int64
	secret  string
	last    int64 // time step of the code that was used last
	created int64 // unix milliseconds
}

// deviceTable is the table that the secrets are sealed for.
const deviceTable = "totp_devices"

// errNoDevice is that none is bound, or was begun.
var errNoDevice = fault.New(code.ResourceNotFoundMfaDeviceNotExist)

func (p *Product) device(ctx context.Context, q store.Queryer, a store.Account, uin int64, pending bool) (d device, err error) {
	var sealed []byte
	err = q.QueryRowContext(ctx, `SELECT id, secret, last_step, created_at FROM totp_devices WHERE account = $1 AND uin = $2 AND pending = $3`, a, uin, flag(pending)).
		Scan(&d.id, &sealed, &d.last, &d.created)
	if errors.Is(err, store.ErrNotFound) {
		return d, errNoDevice
	}
	if err == nil {
		d.secret, err = p.keys.OpenRow(deviceTable, d.id, sealed)
	}
	if err != nil {
		return d, fmt.Errorf("read device: %w", err)
	}
	return d, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func isBound(ctx context.Context, q store.Queryer, a store.Account, uin int64) (bool, error) {
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM totp_devices WHERE account = $1 AND uin = $2 AND pending = 0`, a, uin)
	if err != nil {
		return false, fmt.Errorf("look for device: %w", err)
	}
	return n > 0, nil
}

// shown is what an authenticator app has to know of a device of the user.
func (s *state) shown(secret string) Device {
	name := s.user.Name
	if s.isRoot() {
		name = s.account.Name
	}
	return Device{Secret: secret, URI: totpURI(secret, number(int64(s.account.UIN)), name)}
}

// ticketSecret is the secret of the device that a sign-in binds. It follows from the ticket, so that it is shown to the browser
// that has it and to nobody else who signs in as the user meanwhile, and asking again changes nothing.
func ticketSecret(token string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("hufu " + deviceTable))
	return base32Text.EncodeToString(mac.Sum(nil)[:secretSize])
}

// beginDevice keeps a device that waits for its first code, in the place of one that was begun before.
func (p *Product) beginDevice(ctx context.Context, tx *store.Tx, who *state, secret string, at time.Time) error {
	a, uin := who.account.UIN, who.user.UIN
	id, err := tx.NextID(ctx, deviceTable, 1)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM totp_devices WHERE account = $1 AND uin = $2 AND pending = 1`, a, uin)
	}
	var sealed []byte
	if err == nil {
		sealed, err = p.keys.SealRow(ctx, tx, deviceTable, id, secret)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO totp_devices (id, account, uin, pending, secret, last_step, created_at) VALUES ($1, $2, $3, 1, $4, 0, $5)`,
			id, a, uin, sealed, at.UnixMilli())
	}
	if err != nil {
		return fmt.Errorf("begin device: %w", err)
	}
	return nil
}

// pendingLife is how long a device that was begun waits for its first code.
const pendingLife = 30 * time.Minute

// bind binds the device that was begun, by a code of it, and makes its recovery codes.
func (p *Product) bind(ctx context.Context, tx *store.Tx, who *state, typed string, at time.Time) ([]string, error) {
	a, uin := who.account.UIN, who.user.UIN
	if who.bound {
		return nil, fault.New(code.FailedOperationMfaDeviceBound)
	}
	d, err := p.device(ctx, tx, a, uin, true)
	if err != nil {
		return nil, err
	}
	if !at.Before(time.UnixMilli(d.created).Add(pendingLife)) {
		return nil, errNoDevice
	}
	step, ok := matchTOTP(d.secret, typed, at, d.last)
	if !ok {
		return nil, ErrCode
	}
	_, err = tx.ExecContext(ctx, `UPDATE totp_devices SET pending = 0, last_step = $2, created_at = $3 WHERE id = $1`, d.id, step, at.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("bind device: %w", err)
	}
	return newRecoveryCodes(ctx, tx, a, uin)
}

// newRecoveryCodes makes new codes in the place of those before.
func newRecoveryCodes(ctx context.Context, tx *store.Tx, a store.Account, uin int64) ([]string, error) {
	_, err := tx.ExecContext(ctx, `DELETE FROM recovery_codes WHERE account = $1 AND uin = $2`, a, uin)
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = newRecoveryCode()
		hash := hashRecovery(codes[i])
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO recovery_codes (account, uin, code) VALUES ($1, $2, $3)`, a, uin, hash)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("make recovery codes: %w", err)
	}
	return codes, nil
}

// hashRecovery needs no salt and no stretching: nobody tries 80 random bits.
func hashRecovery(typed string) []byte {
	hash := sha256.Sum256([]byte(plainRecoveryCode(typed)))
	return hash[:]
}

// prove takes a proof of the bound device, which is then used up: ErrCode where it is wrong, errNoDevice without a device.
func (p *Product) prove(ctx context.Context, tx *store.Tx, who *state, proof Proof, o *Origin) error {
	a, uin := who.account.UIN, who.user.UIN
	d, err := p.device(ctx, tx, a, uin, false)
	if err != nil {
		return err
	}
	if proof.Recovery != "" {
		used, err := tx.ExecContext(ctx, `DELETE FROM recovery_codes WHERE account = $1 AND uin = $2 AND code = $3`, a, uin, hashRecovery(proof.Recovery))
		if err != nil {
			return fmt.Errorf("use recovery code: %w", err)
		}
		if n, _ := used.RowsAffected(); n == 0 { // both drivers know the number
			return ErrCode
		}
		return nil
	}
	step, ok := matchTOTP(d.secret, proof.Code, o.At, d.last)
	if !ok {
		return ErrCode
	}
	if _, err := tx.ExecContext(ctx, `UPDATE totp_devices SET last_step = $2 WHERE id = $1`, d.id, step); err != nil {
		return fmt.Errorf("use code: %w", err)
	}
	return nil
}

// unbind takes the device of a user away, with its recovery codes and one that was only begun. errNoDevice where none is bound.
func unbind(ctx context.Context, tx *store.Tx, a store.Account, uin int64) error {
	bound, err := isBound(ctx, tx, a, uin)
	if err != nil {
		return err
	}
	if !bound {
		return errNoDevice
	}
	for _, of := range []string{"totp_devices", "recovery_codes"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+of+` WHERE account = $1 AND uin = $2`, a, uin); err != nil {
			return fmt.Errorf("unbind device: %w", err)
		}
	}
	return nil
}

// Unbind takes the device of the root away, for the operator to whom it was lost; nothing happens where none is bound. Whoever
// does it ends the root's sessions too.
func Unbind(ctx context.Context, tx *store.Tx, a store.Account) error {
	err := unbind(ctx, tx, a, int64(a))
	if errors.Is(err, errNoDevice) {
		return nil
	}
	return err
}

var _ cam.Dependents = (*Product)(nil)
