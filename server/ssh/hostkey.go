package ssh

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// hostKey is a key that proves the server to its clients.
type hostKey struct {
	gossh.Signer
	block *pem.Block // without headers
	from  time.Time  // it signs from then on; zero: at once
}

// hostKeys are the key that signs and, during a rotation, the next one, in the order in
// which they sign. As text they are the blocks of OpenSSH's private keys; that of the next
// one says in a header from when on it signs. So programs that know one block, such as
// ssh-keygen, see the key that signs.
type hostKeys []hostKey

// signsFrom is the header of the next key, with a time of RFC 3339.
const signsFrom = "Signs-From"

// never is when a next key signs that was given as a file: once it is given as the first.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// current leaves out the keys that another has replaced. The first of the rest signs.
func (k hostKeys) current(now time.Time) hostKeys {
	for len(k) > 1 && !k[1].from.After(now) {
		k = k[1:]
	}
	return k
}

func (k hostKeys) text() []byte {
	var text []byte
	for i, key := range k {
		block := *key.block
		if i > 0 {
			block.Headers = map[string]string{signsFrom: key.from.UTC().Format(time.RFC3339)}
		}
		text = append(text, pem.EncodeToMemory(&block)...)
	}
	return text
}

// parseHostKeys reads at least one key; where is named in errors.
func parseHostKeys(text []byte, where string) (hostKeys, error) {
	var keys hostKeys
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		signer, err := gossh.ParsePrivateKey(pem.EncodeToMemory(block))
		if err != nil {
			return nil, fmt.Errorf("the SSH host key %s cannot be used: %w", where, err)
		}
		key := hostKey{Signer: signer, block: &pem.Block{Type: block.Type, Bytes: block.Bytes}}
		if from, ok := block.Headers[signsFrom]; ok && len(keys) > 0 {
			if key.from, err = time.Parse(time.RFC3339, from); err != nil {
				return nil, fmt.Errorf("the SSH host key %s cannot be used: %s: %w", where, signsFrom, err)
			}
		}
		if t := key.PublicKey().Type(); t != gossh.KeyAlgoED25519 {
			return nil, fmt.Errorf("the SSH host key %s is of type %s: it must be ssh-ed25519", where, t)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the SSH host key %s cannot be used: it is no private key of OpenSSH", where)
	}
	return keys, nil
}

// newHostKey makes a key that signs from then on.
func newHostKey(from time.Time) (hostKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return hostKey{}, err
	}
	block, err := gossh.MarshalPrivateKey(private, "lastclick")
	if err != nil {
		return hostKey{}, err
	}
	signer, err := gossh.NewSignerFromKey(private)
	return hostKey{signer, block, from.UTC().Truncate(time.Second)}, err
}

// readHostKeys reads a file of host keys.
func readHostKeys(path string) (hostKeys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the SSH host key: %w", err)
	}
	// The group may read it: that is how orchestrators hand out secrets.
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("the SSH host key %s can be read by everybody: run chmod 600 %s, and replace the key if others may have read it", path, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the SSH host key: %w", err)
	}
	return parseHostKeys(text, path)
}

// ReadHostKeys reads files of host keys as New does, and returns the keys' fingerprints.
func ReadHostKeys(paths []string) (fingerprints []string, err error) {
	for _, path := range paths {
		keys, err := readHostKeys(path)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			fingerprints = append(fingerprints, gossh.FingerprintSHA256(k.PublicKey()))
		}
	}
	return fingerprints, nil
}

// ensureHostKeys returns the keys in the file at path, making the first one where the
// file is missing.
func ensureHostKeys(path string) (hostKeys, error) {
	keys, err := readHostKeys(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	key, err := newHostKey(time.Time{})
	if err == nil {
		err = writeHostKeys(path, hostKeys{key}, func(from string) error {
			// Of two daemons that start at once, the first one's key stays.
			if err := os.Link(from, path); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("make the SSH host key %s: %w", path, err)
	}
	return readHostKeys(path)
}

// replaceHostKeys writes the file again.
func replaceHostKeys(path string, keys hostKeys) error {
	err := writeHostKeys(path, keys, func(from string) error { return os.Rename(from, path) })
	if err != nil {
		return fmt.Errorf("write the SSH host key %s: %w", path, err)
	}
	return nil
}

// writeHostKeys writes the keys whole or not at all, also where the daemon is killed or
// the power fails: put gives the finished file its name.
func writeHostKeys(path string, keys hostKeys, put func(from string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".host-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // a leftover is harmless
	_, err = f.Write(keys.text())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := put(f.Name()); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
