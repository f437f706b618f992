package credential

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// A sealed value is: version (1 byte), key id (4 bytes), nonce (12 bytes), AES-256-GCM ciphertext.
const (
	sealVersion = 1
	sealHeader  = 1 + 4
	nonceSize   = 12
	filePrefix  = "hufu-master-key-1 "
)

// ErrUnknownKey is a value sealed under a master key that the key file does not hold.
var ErrUnknownKey = errors.New("sealed under a master key that the key file does not hold")

// Keyring seals secrets at rest. Its file holds one key a line, the last one seals, all of them open: so that a
// rotation can be interrupted anywhere. It is safe for concurrent use.
type Keyring struct {
	path string

	mu      sync.RWMutex
	keys    map[uint32]cipher.AEAD
	lines   []string
	current uint32
	read    os.FileInfo // of the file when it was read
}

// OpenKeyring reads the key file, or makes it (0600, one random key) if create is set and it is not there.
func OpenKeyring(path string, create bool) (*Keyring, error) {
	k := &Keyring{path: path}
	err := k.load()
	if errors.Is(err, fs.ErrNotExist) && create {
		if err = k.append(); err == nil {
			// The directory may be as new as the file. One that we may not read its parent of was made by somebody else.
			if err = syncDir(filepath.Dir(filepath.Dir(path))); errors.Is(err, fs.ErrPermission) {
				err = nil
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

func (k *Keyring) load() error {
	info, err := os.Stat(k.path)
	if err != nil {
		return fmt.Errorf("master key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("master key file %s can be read by others (mode %04o): chmod 600 it", k.path, info.Mode().Perm())
	}
	data, err := os.ReadFile(k.path)
	if err != nil {
		return fmt.Errorf("master key file: %w", err)
	}
	keys := map[uint32]cipher.AEAD{}
	var lines []string
	var current uint32
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		text, ok := strings.CutPrefix(line, filePrefix)
		raw, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(raw) != 32 {
			return fmt.Errorf("master key file %s: line %d is not a key", k.path, len(lines)+1)
		}
		current = keyID(raw)
		keys[current] = newAEAD(raw)
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return fmt.Errorf("master key file %s holds no key", k.path)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys, k.lines, k.current, k.read = keys, lines, current, info
	return nil
}

// keyID names a key without telling anything about it.
func keyID(raw []byte) uint32 {
	sum := sha256.Sum256(append([]byte("hufu master key id\x00"), raw...))
	return binary.BigEndian.Uint32(sum[:])
}

func newAEAD(raw []byte) cipher.AEAD {
	block, err := aes.NewCipher(raw)
	if err != nil {
		panic(err) // only for a key that is not 16, 24 or 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // only for a block size other than AES's
	}
	return aead
}

// append adds a fresh key, which becomes the one that seals.
func (k *Keyring) append() error {
	raw := make([]byte, 32)
	rand.Read(raw)
	return k.write(append(k.snapshot(), filePrefix+base64.StdEncoding.EncodeToString(raw)))
}

func (k *Keyring) snapshot() []string {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return append([]string(nil), k.lines...)
}

// write replaces the file in one step and reads it back. When it returns, the new file outlives a power cut: rows may be
// sealed under a key that only it holds.
func (k *Keyring) write(lines []string) error {
	tmp, err := os.CreateTemp(filepath.Dir(k.path), ".master-key-*") // 0600 from the start
	if err != nil {
		return fmt.Errorf("master key file: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(strings.Join(lines, "\n") + "\n")
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), k.path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(k.path))
	}
	if err != nil {
		return fmt.Errorf("master key file: %w", err)
	}
	return k.load()
}

// syncDir makes a directory's entries durable. A variable, for tests of when it is called.
var syncDir = func(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// retire keeps the sealing key alone.
func (k *Keyring) retire() error {
	lines := k.snapshot()
	return k.write(lines[len(lines)-1:])
}

// refresh reads the file again if another process has changed it. Sealing under a key that a rotation elsewhere is about
// to drop would lose the secret; a file that is not there or not readable now leaves the keys that are known.
func (k *Keyring) refresh() {
	info, err := os.Stat(k.path)
	if err != nil {
		return
	}
	k.mu.RLock()
	same := os.SameFile(info, k.read) && info.ModTime().Equal(k.read.ModTime()) && info.Size() == k.read.Size()
	k.mu.RUnlock()
	if !same {
		_ = k.load() // see above
	}
}

// ErrRotating is a rotation that begins while another one runs, in this process or elsewhere.
var ErrRotating = errors.New("the master key is being rotated already")

// lockRotation lets one rotation at a time work on the file, whichever process it runs in.
func (k *Keyring) lockRotation() (unlock func(), err error) {
	f, err := os.OpenFile(k.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the master key file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close() // nothing was written
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrRotating
		}
		return nil, fmt.Errorf("lock the master key file: %w", err)
	}
	return func() { _ = f.Close() }, k.load() // closing unlocks
}

// Seal encrypts plain for the row that bind names; it opens for that row alone. Call it inside the write that stores the
// value: a rotation's own writes then come either before it or after it.
func (k *Keyring) Seal(plain []byte, bind string) []byte {
	k.refresh()
	k.mu.RLock()
	defer k.mu.RUnlock()
	out := make([]byte, sealHeader+nonceSize, sealHeader+nonceSize+len(plain)+16)
	out[0] = sealVersion
	binary.BigEndian.PutUint32(out[1:], k.current)
	rand.Read(out[sealHeader:])
	return k.keys[k.current].Seal(out, out[sealHeader:], plain, []byte(bind))
}

// Open decrypts what Seal made for bind. A key that is not known makes it read the file again once: another
// process may have rotated it.
func (k *Keyring) Open(sealed []byte, bind string) ([]byte, error) {
	if len(sealed) < sealHeader+nonceSize || sealed[0] != sealVersion {
		return nil, errors.New("not a sealed value")
	}
	id := binary.BigEndian.Uint32(sealed[1:])
	aead := k.key(id)
	if aead == nil {
		if err := k.load(); err != nil {
			return nil, err
		}
		if aead = k.key(id); aead == nil {
			return nil, ErrUnknownKey
		}
	}
	plain, err := aead.Open(nil, sealed[sealHeader:sealHeader+nonceSize], sealed[sealHeader+nonceSize:], []byte(bind))
	if err != nil {
		return nil, fmt.Errorf("open sealed value: %w", err)
	}
	return plain, nil
}

func (k *Keyring) key(id uint32) cipher.AEAD {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.keys[id]
}

// isCurrent reports whether sealed is under the key that seals now.
func (k *Keyring) isCurrent(sealed []byte) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return len(sealed) >= sealHeader && binary.BigEndian.Uint32(sealed[1:]) == k.current
}
