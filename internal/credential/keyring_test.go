package credential

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func keyLine(fill byte) string {
	return filePrefix + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{fill}, 32))
}

func TestOpenKeyringMakesTheFileOnlyIfAsked(t *testing.T) {
	path := t.TempDir() + "/master.key"
	if _, err := OpenKeyring(path, false); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v, want that the file does not exist", err)
	}
	first := ring(t, path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %04o, want 0600", info.Mode().Perm())
	}
	text, _ := os.ReadFile(path)
	if strings.Count(string(text), "\n") != 1 || !strings.HasPrefix(string(text), filePrefix) {
		t.Errorf("the file is not one key: %d bytes", len(text))
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if len(entries) != 1 {
		t.Errorf("%d files are left, want the key file alone", len(entries))
	}
	again, err := OpenKeyring(path, false)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := again.Open(first.Seal([]byte("secret"), "row"), "row")
	if err != nil || string(plain) != "secret" {
		t.Errorf("what was sealed before the restart opens as %q, %v", plain, err)
	}
	other := ring(t, t.TempDir()+"/master.key")
	if bytes.Equal(first.Seal(nil, "")[1:sealHeader], other.Seal(nil, "")[1:sealHeader]) {
		t.Error("two fresh key files hold the same key")
	}
}

func TestOpenKeyringRefuses(t *testing.T) {
	short := filePrefix + base64.StdEncoding.EncodeToString(make([]byte, 31))
	for _, tc := range []struct {
		name, text string
		mode       os.FileMode
		want       string // in the error; "" = it opens
	}{
		{"one key", keyLine(1) + "\n", 0o600, ""},
		{"no final newline", keyLine(1), 0o600, ""},
		{"several keys, blank lines and blanks around them", "\n" + keyLine(1) + "\r\n\n  " + keyLine(2) + "  \n", 0o600, ""},
		{"a file that only its owner may read", keyLine(1), 0o400, ""},
		{"a file that the group may read", keyLine(1), 0o640, "chmod 600"},
		{"a file that everybody may read", keyLine(1), 0o604, "chmod 600"},
		{"a file that others may write", keyLine(1), 0o602, "chmod 600"},
		{"an empty file", "", 0o600, "holds no key"},
		{"blank lines alone", "\n \n", 0o600, "holds no key"},
		{"another kind of file", "-----BEGIN KEY-----\n", 0o600, "line 1 is not a key"},
		{"a line without the prefix", base64.StdEncoding.EncodeToString(make([]byte, 32)), 0o600, "line 1 is not a key"},
		{"a key that is no base64", filePrefix + "###", 0o600, "line 1 is not a key"},
		{"a key that is too short", short, 0o600, "line 1 is not a key"},
		{"a broken second line", keyLine(1) + "\nx\n", 0o600, "line 2 is not a key"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := t.TempDir() + "/master.key"
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tc.mode); err != nil {
				t.Fatal(err)
			}
			_, err := OpenKeyring(path, true)
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
			if text, _ := os.ReadFile(path); string(text) != tc.text {
				t.Error("the file was changed")
			}
		})
	}
}

func TestAMalformedKeyIsNotPrinted(t *testing.T) {
	path := t.TempDir() + "/master.key"
	secret := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), 31))
	if err := os.WriteFile(path, []byte(filePrefix+secret), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyring(path, false); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v, want an error without the key material", err)
	}
}

func TestSealedValuesOpenForTheirRowAlone(t *testing.T) {
	r := ring(t, t.TempDir()+"/master.key")
	sealed := r.Seal([]byte("secret"), "access_keys/A")
	for _, tc := range []struct {
		name, bind string
		value      []byte
		ok         bool
	}{
		{"its own row", "access_keys/A", sealed, true},
		{"another row", "access_keys/B", sealed, false},
		{"another table", "sessions/A", sealed, false},
		{"no row", "", sealed, false},
		{"nothing", "access_keys/A", nil, false},
		{"a cut value", "access_keys/A", sealed[:len(sealed)-1], false},
		{"the header alone", "access_keys/A", sealed[:sealHeader+nonceSize], false},
		{"plain text", "access_keys/A", []byte("this is not a sealed value at all"), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			plain, err := r.Open(tc.value, tc.bind)
			if (err == nil) != tc.ok || tc.ok && string(plain) != "secret" {
				t.Errorf("got %q, %v", plain, err)
			}
		})
	}
	for i := range sealed {
		tampered := bytes.Clone(sealed)
		tampered[i] ^= 1
		if _, err := r.Open(tampered, "access_keys/A"); err == nil {
			t.Errorf("a value whose byte %d was changed still opens", i)
		}
	}
	if bytes.Equal(sealed, r.Seal([]byte("secret"), "access_keys/A")) {
		t.Error("the same secret seals to the same bytes twice")
	}
	if bytes.Contains(sealed, []byte("secret")) {
		t.Error("the secret stands in the sealed value")
	}
}

// Another process with the same file may have rotated it.
func TestAnUnknownKeyMakesTheKeyringReadItsFileAgain(t *testing.T) {
	path := t.TempDir() + "/master.key"
	ours, theirs := ring(t, path), ring(t, path)
	old := ours.Seal([]byte("old"), "row")
	if err := theirs.append(); err != nil {
		t.Fatal(err)
	}
	sealed := theirs.Seal([]byte("new"), "row")
	if plain, err := ours.Open(sealed, "row"); err != nil || string(plain) != "new" {
		t.Fatalf("got %q, %v, want what the other process sealed", plain, err)
	}
	if plain, err := theirs.Open(old, "row"); err != nil || string(plain) != "old" {
		t.Fatalf("got %q, %v, want what was sealed before the rotation", plain, err)
	}
	if !theirs.isCurrent(ours.Seal(nil, "row")) {
		t.Error("after reading the file again the old key still seals")
	}
	if err := theirs.retire(); err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.Open(old, "row"); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("got %v, want ErrUnknownKey for a key that was retired", err)
	}
	stranger := ring(t, t.TempDir()+"/master.key")
	if _, err := ours.Open(stranger.Seal(nil, "row"), "row"); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("got %v, want ErrUnknownKey for a key of another installation", err)
	}
}

// Between appending a key and retiring the others, a process that has not opened anything new meanwhile must not go on
// sealing under a key that is about to be forgotten.
func TestAKeyringSealsUnderTheNewestKeyOfItsFile(t *testing.T) {
	path := t.TempDir() + "/master.key"
	ours, theirs := ring(t, path), ring(t, path)
	if err := theirs.append(); err != nil {
		t.Fatal(err)
	}
	sealed := ours.Seal([]byte("secret"), "row")
	if err := theirs.retire(); err != nil {
		t.Fatal(err)
	}
	if plain, err := ring(t, path).Open(sealed, "row"); err != nil || string(plain) != "secret" {
		t.Errorf("a secret that was sealed after another process added a key is lost: %q, %v", plain, err)
	}
}

func TestAKeyFileThatVanishedIsToldAsSuch(t *testing.T) {
	path := t.TempDir() + "/master.key"
	r := ring(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if plain, err := r.Open(r.Seal([]byte("x"), ""), ""); err != nil || string(plain) != "x" {
		t.Errorf("the key in memory no longer opens: %v", err)
	}
	if _, err := r.Open(ring(t, t.TempDir()+"/other.key").Seal(nil, ""), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that the file is not there", err)
	}
}

// A rename is durable when its directory is. Rows that were sealed under a key whose file a power cut takes back are lost.
func TestTheKeyFileIsDurableBeforeAnythingIsSealed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "master.key")
	really := syncDir
	t.Cleanup(func() { syncDir = really })
	var synced []string // each directory, with what the key file held
	syncDir = func(d string) error {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		synced = append(synced, d+" "+string(text))
		return really(d)
	}
	wants := func(what string, dirs ...string) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, d := range dirs {
			want = append(want, d+" "+string(text))
		}
		if !slices.Equal(synced, want) {
			t.Errorf("%s: synced %q, want %q", what, synced, want)
		}
		synced = nil
	}
	r := ring(t, path)
	wants("first creation", dir, filepath.Dir(dir))
	if err := r.append(); err != nil {
		t.Fatal(err)
	}
	wants("a new key", dir)
	if err := r.retire(); err != nil {
		t.Fatal(err)
	}
	wants("the old keys go", dir)
}

func TestARotationWhoseKeyIsNotDurableSealsNothing(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		all := fill(t, k, 3, 3)
		broken, really := errors.New("disk is broken"), syncDir
		syncDir = func(string) error { return broken }
		n, err := k.Rotate(context.Background(), func(int) { t.Error("values were sealed") })
		syncDir = really
		if n != 0 || !errors.Is(err, broken) {
			t.Errorf("sealed %d, %v; want none and the disk's error", n, err)
		}
		all.check(t, NewKeys(k.db, ring(t, k.ring.path)))
	})
}
