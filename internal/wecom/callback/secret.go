package callback

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Error is why a callback was refused; the numbers are those of WeCom's library.
type Error struct {
	Number int
	what   string
}

func (e *Error) Error() string { return fmt.Sprintf("callback: %s (%d)", e.what, e.Number) }

// What may be wrong with a callback. ErrTimestamp has no number in WeCom's library, which does not look at the time.
var (
	ErrSignature = &Error{-40001, "the signature is not that of token, timestamp, nonce and text"}
	ErrXML       = &Error{-40002, "the body is not the XML of a callback"}
	ErrKey       = &Error{-40004, "the key is not 43 letters and digits"}
	ErrReceiver  = &Error{-40005, "the message is for another receiver"}
	ErrCipher    = &Error{-40007, "the text cannot be decrypted"}
	ErrBuffer    = &Error{-40008, "the decrypted text has another length than it says"}
	ErrToken     = &Error{0, "the token is not 1 to 32 letters and digits"}
	ErrTimestamp = &Error{0, "the timestamp is more than ten minutes off"}
)

const (
	// Skew is how far a callback's timestamp may be from the receiver's clock. WeCom sets no limit; with none, a recorded callback
	// would be good for ever.
	Skew = 10 * time.Minute
	// MaxSize bounds what is read of a body and of its text.
	MaxSize = 256 << 10

	keyLength    = 43 // of the configured key; base64 of 32 bytes without its "="
	tokenLength  = 32
	randomLength = 16
	block        = 32 // of the padding, which is twice AES's own
)

// Secret is what both sides of a callback hold. It is safe for concurrent use.
type Secret struct {
	token, receiver string
	key             []byte
	cipher          cipher.Block
}

// New makes a Secret of the configured token (1 to 32 letters and digits) and EncodingAESKey (43 of them) and of the id
// of the receiver: the corpid, or the suite's id in a suite's command callback. It fails with ErrToken or ErrKey.
func New(token, encodingAESKey, receiver string) (*Secret, error) {
	if token == "" || len(token) > tokenLength || !alphanumeric(token) {
		return nil, ErrToken
	}
	if len(encodingAESKey) != keyLength || !alphanumeric(encodingAESKey) {
		return nil, ErrKey
	}
	// Not the strict encoding: keys are 43 random characters, whose last two bits are thrown away.
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil {
		return nil, ErrKey
	}
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrKey
	}
	return &Secret{token: token, receiver: receiver, key: key, cipher: c}, nil
}

func alphanumeric(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// Signature signs a cipher text with its timestamp and nonce.
func (s *Secret) Signature(timestamp, nonce, text string) string {
	parts := []string{s.token, timestamp, nonce, text}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// Verify checks the signature of a cipher text in constant time, then that its timestamp is within [Skew] of now. It fails with
// ErrSignature or ErrTimestamp.
func (s *Secret) Verify(signature, timestamp, nonce, text string, now time.Time) error {
	if subtle.ConstantTimeCompare([]byte(signature), []byte(s.Signature(timestamp, nonce, text))) != 1 {
		return ErrSignature
	}
	unix, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || unix < now.Add(-Skew).Unix() || unix > now.Add(Skew).Unix() {
		return ErrTimestamp
	}
	return nil
}

// Encrypt seals a message for the receiver. The caller draws the random bytes, so that tests know them.
func (s *Secret) Encrypt(random [randomLength]byte, message []byte) string {
	plain := make([]byte, 0, randomLength+4+len(message)+len(s.receiver)+block)
	plain = append(plain, random[:]...)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(message)))
	plain = append(plain, message...)
	plain = append(plain, s.receiver...)
	pad := block - len(plain)%block
	for range pad {
		plain = append(plain, byte(pad))
	}
	cipher.NewCBCEncrypter(s.cipher, s.key[:aes.BlockSize]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}

// Decrypt opens a cipher text, whose signature the caller has verified: the padding proves nothing. It fails with ErrCipher,
// ErrBuffer, or ErrReceiver.
func (s *Secret) Decrypt(text string) ([]byte, error) {
	if len(text) > MaxSize {
		return nil, ErrBuffer
	}
	plain, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") || len(plain) == 0 || len(plain)%block != 0 {
		return nil, ErrCipher
	}
	cipher.NewCBCDecrypter(s.cipher, s.key[:aes.BlockSize]).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > block {
		return nil, ErrCipher
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, ErrCipher
		}
	}
	plain = plain[:len(plain)-pad]
	if len(plain) < randomLength+4 {
		return nil, ErrBuffer
	}
	size, rest := binary.BigEndian.Uint32(plain[randomLength:]), plain[randomLength+4:]
	if uint64(size) > uint64(len(rest)) {
		return nil, ErrBuffer
	}
	message, receiver := rest[:size], rest[size:]
	if string(receiver) != s.receiver {
		return nil, ErrReceiver
	}
	return message, nil
}
