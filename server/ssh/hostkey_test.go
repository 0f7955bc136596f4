package ssh

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
	"lastclick/model/testenv"
)

func TestHostKey_File_IsMadeOnceAndKeptSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ssh_host_ed25519_key")
	first, err := ensureHostKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	again, err := ensureHostKeys(path)
	if err != nil || fingerprints(again) != fingerprints(first) {
		t.Errorf("the second start makes another key: %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("files left: %v, %v", left, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ensureHostKeys(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that everybody reads: %v", err)
	}
	for name, text := range map[string]string{"garbage": "not a key", "empty": "", "bad date": string(first.text()) + strings.Replace(string(hostKeys{first[0], first[0]}.text()[len(first.text()):]), "0001-", "later-", 1)} {
		if err := os.WriteFile(path+"2", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ensureHostKeys(path + "2"); err == nil {
			t.Errorf("%s is taken for a key", name)
		}
	}
}

func fingerprints(keys hostKeys) string {
	var all []string
	for _, k := range keys {
		all = append(all, gossh.FingerprintSHA256(k.PublicKey()))
	}
	return strings.Join(all, " ")
}

// sharedKeys is a database that nodes share, of which a test may make two nodes.
type sharedKeys struct {
	mu    sync.Mutex
	text  []byte
	audit []model.HostKeyChange
}

func (k *sharedKeys) SharedHostKeys(_ context.Context, first []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.text) == 0 {
		k.text = first
	}
	return k.text, nil
}

func (k *sharedKeys) ChangeHostKeys(_ context.Context, _ model.Actor, old, text []byte, change *model.HostKeyChange) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !bytes.Equal(old, k.text) {
		return &model.Error{Kind: model.Conflict, Msg: "the host keys were changed at the same time"}
	}
	k.text = text
	if change != nil {
		k.audit = append(k.audit, *change)
	}
	return nil
}

// proves is the fingerprint of the key that a new connection is shown.
func (d *door) proves() (fingerprint string) {
	d.t.Helper()
	c := clientConfig(gossh.PublicKeys(d.ana))
	c.HostKeyCallback = func(_ string, _ net.Addr, k gossh.PublicKey) error {
		fingerprint = gossh.FingerprintSHA256(k)
		return nil
	}
	client, err := gossh.Dial("tcp", d.addr, c)
	if err != nil {
		d.t.Fatal(err)
	}
	client.Close()
	return fingerprint
}

// later is a clock that a test moves.
type later struct{ by atomic.Int64 }

func (l *later) now() time.Time { return time.Now().Add(time.Duration(l.by.Load())) }

var rootActor = model.Actor{Name: "root", Role: model.Admin}

// A rotation in the file and in the database: the next key signs once the grace is over,
// also after a restart, and what it replaced is thrown away.
func TestHostKey_Rotation_NextSignsAfterTheGrace(t *testing.T) {
	for _, where := range []string{"file", "database"} {
		t.Run(where, func(t *testing.T) {
			path, kept, clock := filepath.Join(t.TempDir(), "key"), &sharedKeys{}, &later{}
			start := func() *door {
				return open(t, func(c *Config) {
					if c.HostKeyPath = path; where == "database" {
						c.HostKeys = kept
					}
				}, func(s *Server) { s.now = clock.now })
			}
			d, other := start(), start()
			first := d.proves()
			if other.proves() != first {
				t.Fatal("two nodes have two keys")
			}
			if err := d.RotateHostKey(t.Context(), model.Actor{Role: model.Owner}, time.Hour); model.KindOf(err) != model.Denied {
				t.Errorf("an owner rotates: %v", err)
			}
			if err := d.RotateHostKey(t.Context(), rootActor, time.Hour); err != nil {
				t.Fatal(err)
			}
			keys := d.HostKeys()
			if len(keys) != 2 || keys[0].Fingerprint != first || keys[1].State != model.HostKeyNext || keys[1].SignsFrom == nil {
				t.Fatalf("%+v", keys)
			}
			if err := d.RotateHostKey(t.Context(), rootActor, time.Hour); model.KindOf(err) != model.Conflict {
				t.Errorf("a second rotation: %v", err)
			}
			if d.proves() != first {
				t.Error("the next key signs at once")
			}
			if where == "database" {
				other.people.moved <- struct{}{}
				until(t, "the other node does not learn the next key", func() bool { return len(other.HostKeys()) == 2 })
				if len(kept.audit) != 1 || kept.audit[0].Fingerprint != keys[1].Fingerprint {
					t.Errorf("audit: %+v", kept.audit)
				}
			}
			clock.by.Store(int64(61 * time.Minute))
			if got := d.proves(); got != keys[1].Fingerprint || len(d.HostKeys()) != 1 {
				t.Errorf("after the grace %s signs", got)
			}
			// At the next start the old key is gone from where it was.
			if got := start(); got.proves() != keys[1].Fingerprint {
				t.Error("after a restart another key signs")
			}
			clock.by.Store(int64(61 * time.Minute))
			d.people.moved <- struct{}{}
			until(t, "the key that was replaced is not thrown away", func() bool {
				text, err := os.ReadFile(path)
				if where == "database" {
					text, err = kept.SharedHostKeys(t.Context(), nil)
				}
				return err == nil && strings.Count(string(text), "BEGIN") == 1 && !strings.Contains(string(text), signsFrom)
			})
			if err := d.RotateHostKey(t.Context(), rootActor, 0); err != nil {
				t.Fatal(err)
			}
			if now := d.HostKeys(); len(now) != 1 || now[0].Fingerprint == keys[1].Fingerprint || d.proves() != now[0].Fingerprint {
				t.Errorf("without a grace: %+v", now)
			}
		})
	}
}

// The identity that people trust is never changed without a word: the first node gives
// the database the key of its file, and another file is warned about.
func TestHostKey_FileAndDatabase_DatabaseWins(t *testing.T) {
	kept := &sharedKeys{}
	node := func(path string) *door {
		return open(t, func(c *Config) { c.HostKeyPath, c.HostKeys = path, kept })
	}
	mine, theirs := filepath.Join(t.TempDir(), "mine"), filepath.Join(t.TempDir(), "theirs")
	own, err := ensureHostKeys(mine)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ensureHostKeys(theirs); err != nil {
		t.Fatal(err)
	}
	a, b := node(mine), node(theirs)
	if a.proves() != fingerprints(own) || b.proves() != fingerprints(own) {
		t.Error("the key of the first node's file is not that of both")
	}
	if strings.Contains(a.log.String(), "level=WARN") || !strings.Contains(b.log.String(), "level=WARN msg=\"the nodes of this database share another SSH host key") {
		t.Errorf("logs:\n%s\n%s", a.log, b.log)
	}
	if c := node(filepath.Join(t.TempDir(), "none")); c.proves() != fingerprints(own) {
		t.Error("a node without a file has a key of its own")
	} else if _, err := os.Stat(c.cfg.HostKeyPath); err == nil {
		t.Error("it made a file")
	}
}

// Keys that are given as files: the first signs, the next is told to clients, and only
// the admin changes them.
func TestHostKey_Given_FirstSignsNextIsTold(t *testing.T) {
	var files []string
	var keys hostKeys
	for i := range 2 {
		files = append(files, filepath.Join(t.TempDir(), fmt.Sprint(i)))
		k, err := ensureHostKeys(files[i])
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k...)
	}
	d := open(t, func(c *Config) { c.HostKeys, c.HostKeyFiles = &sharedKeys{}, files })
	if got := d.HostKeys(); d.proves() != gossh.FingerprintSHA256(keys[0].PublicKey()) || len(got) != 2 || got[1].Fingerprint != gossh.FingerprintSHA256(keys[1].PublicKey()) || got[1].SignsFrom != nil {
		t.Errorf("%+v", got)
	}
	if err := d.RotateHostKey(t.Context(), rootActor, time.Hour); model.KindOf(err) != model.Conflict || !strings.Contains(err.Error(), "--host-key") {
		t.Errorf("a rotation: %v", err)
	}
	if _, err := New(Config{Store: d.people, UI: d.cfg.UI, Command: d.cfg.Command, HostKeyFiles: []string{files[0] + "x"}}); err == nil {
		t.Error("a key that is missing is made")
	}
}

// What OpenSSH asks once, no client may ask for ever; and only our keys are signed with.
func TestHostKeyProof_OtherKeysAndFloods_AreRefused(t *testing.T) {
	d := open(t, nil)
	ask := func(c *gossh.Client, payload []byte) bool {
		t.Helper()
		ok, _, err := c.SendRequest(hostKeysProve, true, payload)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	blob := func(k gossh.PublicKey) []byte { return gossh.Marshal(struct{ Key []byte }{k.Marshal()}) }
	own := blob(d.currentHostKeys()[0].PublicKey())
	for name, payload := range map[string][]byte{"nothing": nil, "another's key": blob(d.ana.PublicKey()), "twice": append(bytes.Clone(own), own...), "cut": own[:10], "garbage": bytes.Repeat([]byte{0xff}, 4096)} {
		if ask(d.dial(d.ana), payload) {
			t.Errorf("%s is signed", name)
		}
	}
	c := d.dial(d.ana)
	for i := range 2 * maxProofs {
		if got := ask(c, own); got != (i < maxProofs) {
			t.Errorf("request %d: %v", i, got)
		}
	}
}

// The real client learns the next key during the grace and signs in without a word after
// it; one that was away is warned.
func TestOpenSSH_HostKeyRotation_IsLearnt(t *testing.T) {
	testenv.Need(t, "ssh")
	clock := &later{}
	d := open(t, nil, func(s *Server) { s.now = clock.now })
	o := d.openSSH()
	// sign in as someone with a file of known hosts
	signIn := func(known string) (string, int) {
		t.Helper()
		c := o.command([]string{"-o", "UserKnownHostsFile=" + known, "-o", "StrictHostKeyChecking=accept-new", "-o", "UpdateHostKeys=yes", "-i", o.file("key"), "-o", "LogLevel=INFO"}, "whoami")
		out := newBuffer()
		c.Stdout, c.Stderr = out, out
		got := status(t, c)
		return out.String(), got
	}
	near, away := o.file("known_near"), o.file("known_away")
	for _, known := range []string{near, away} {
		if out, got := signIn(known); got != 0 {
			t.Fatalf("exit status %d: %s", got, out)
		}
	}
	if err := d.RotateHostKey(t.Context(), rootActor, time.Hour); err != nil {
		t.Fatal(err)
	}
	next := d.HostKeys()[1].Public
	// A command may be over before the client has the answer that proves the key: then the
	// next sign-in learns it.
	learnt := func() bool {
		known, err := os.ReadFile(near)
		return err == nil && strings.Contains(string(known), strings.Fields(next)[1])
	}
	for try := 0; try < 10 && !learnt(); try++ {
		if out, got := signIn(near); got != 0 {
			t.Fatalf("during the grace: exit status %d: %s", got, out)
		}
	}
	if !learnt() {
		t.Fatal("the next key was not learnt")
	}
	clock.by.Store(int64(2 * time.Hour))
	if out, got := signIn(near); got != 0 || strings.Contains(out, "WARNING") {
		t.Errorf("after the grace: exit status %d: %s", got, out)
	}
	if known, err := os.ReadFile(near); err != nil || strings.Count(string(known), "ssh-ed25519") != 1 {
		t.Errorf("the old key is not forgotten: %v\n%s", err, known)
	}
	if out, got := signIn(away); got != 255 || !strings.Contains(out, "REMOTE HOST IDENTIFICATION HAS CHANGED") {
		t.Errorf("a client that was away: exit status %d: %s", got, out)
	}
}
