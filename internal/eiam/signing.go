package eiam

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

const (
	signingSetting = "eiam-signing-key"
	signingBits    = 2048
)

// signingKey is the installation's own key, which is made the first time that one is needed.
func (p *Product) signingKey(ctx context.Context) (*rsa.PrivateKey, error) {
	p.signing.Lock()
	defer p.signing.Unlock()
	if p.signer != nil {
		return p.signer, nil
	}
	der, err := p.keys.Setting(ctx, p.db.Read(), signingSetting)
	if errors.Is(err, credential.ErrNotFound) {
		der, err = p.makeSigningKey(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	key, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	p.signer = key
	return key, nil
}

// makeSigningKey keeps a new key, unless another node was faster, and answers the one that is kept.
func (p *Product) makeSigningKey(ctx context.Context) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, signingBits)
	if err != nil {
		return nil, err
	}
	var der []byte
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		var err error
		der, err = p.keys.Setting(ctx, tx, signingSetting)
		if !errors.Is(err, credential.ErrNotFound) {
			return err
		}
		der = x509.MarshalPKCS1PrivateKey(key)
		return p.keys.KeepSetting(ctx, tx, signingSetting, der)
	})
	return der, err
}

// notBefore is how long before its issue a statement is valid already, for clocks that are behind.
const notBefore = 120 * time.Second

// sign makes the statement of what an application may: a JSON web token, signed RS256.
func sign(key *rsa.PrivateKey, c *call.Call, s *standing) (string, error) {
	kid := sha256.Sum256(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	codes := s.codes
	if codes == nil {
		codes = []string{}
	}
	api, err := json.Marshal(map[string]any{"perms": codes})
	if err != nil {
		return "", err
	}
	issued := c.At.Unix()
	header, err1 := json.Marshal(map[string]any{"alg": "RS256", "typ": "JWT", "kid": base64.RawURLEncoding.EncodeToString(kid[:8])})
	claims, err2 := json.Marshal(map[string]any{"iss": "https://" + c.Host + "/api/v1/oauth2", "aud": s.client, "sub": s.app, "jti": call.NewUUID(),
		"iat": issued, "nbf": issued - int64(notBefore/time.Second), "exp": issued + int64(s.life/time.Second), "api": string(api)})
	if err := errors.Join(err1, err2); err != nil {
		return "", fmt.Errorf("sign statement: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign statement: %w", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
