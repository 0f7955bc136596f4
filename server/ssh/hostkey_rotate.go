package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
)

// loadHostKeys reads the keys that the server begins with, from the first of these places
// that there is: files that were given, the database that nodes share, the file of this
// node. A key is made where there is none.
func (s *Server) loadHostKeys() error {
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	keys, err := s.givenHostKeys()
	if err != nil {
		return err
	}
	if keys == nil {
		if keys, err = s.sharedHostKeys(ctx); err != nil {
			return err
		}
	}
	if keys == nil {
		if keys, err = ensureHostKeys(s.cfg.HostKeyPath); err != nil {
			return err
		}
	}
	s.hostKeys.Store(&keys)
	s.tidyHostKeys(ctx)
	for i, k := range s.currentHostKeys() {
		if i == 0 {
			s.cfg.Log.Info("ssh host key", "fingerprint", gossh.FingerprintSHA256(k.PublicKey()))
		} else {
			s.cfg.Log.Info("next ssh host key, which clients learn", "fingerprint", gossh.FingerprintSHA256(k.PublicKey()))
		}
	}
	return nil
}

// givenHostKeys reads the files of --host-key: the first signs, clients learn the others.
// It is nil where there are none.
func (s *Server) givenHostKeys() (keys hostKeys, err error) {
	for i, path := range s.cfg.HostKeyFiles {
		more, err := readHostKeys(path)
		if err != nil {
			return nil, err
		}
		for _, k := range more {
			if i > 0 {
				k.from = never
			}
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// sharedHostKeys reads the keys that nodes share. The first node puts its own there: that
// of its file, which clients know from an earlier version, or a new one. A node whose file
// holds another key goes by the database, and says so. It is nil where nodes share none.
func (s *Server) sharedHostKeys(ctx context.Context) (hostKeys, error) {
	if s.cfg.HostKeys == nil {
		return nil, nil
	}
	own, err := readHostKeys(s.cfg.HostKeyPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	first := own
	if first == nil {
		key, err := newHostKey(time.Time{})
		if err != nil {
			return nil, fmt.Errorf("make an SSH host key: %w", err)
		}
		first = hostKeys{key}
	}
	text, err := s.cfg.HostKeys.SharedHostKeys(ctx, first.text())
	if err != nil {
		return nil, fmt.Errorf("read the SSH host key of the nodes: %w", err)
	}
	if len(text) == 0 {
		return nil, nil
	}
	s.shared = true
	keys, err := parseHostKeys(text, "in the database")
	if err == nil && own != nil && !bytes.Equal(own[0].PublicKey().Marshal(), keys[0].PublicKey().Marshal()) {
		s.cfg.Log.Warn("the nodes of this database share another SSH host key than the one in the file, which is not used: people who know this node by it are warned when they sign in",
			"file", s.cfg.HostKeyPath, "unused", gossh.FingerprintSHA256(own[0].PublicKey()), "used", gossh.FingerprintSHA256(keys[0].PublicKey()))
	}
	return keys, err
}

// rereadHostKeys reads the keys again that another node may have changed, and says whether
// they could be read.
func (s *Server) rereadHostKeys(ctx context.Context) bool {
	s.rotating.Lock()
	defer s.rotating.Unlock()
	if s.shared {
		if err := s.readSharedHostKeys(ctx); err != nil {
			s.cfg.Log.Warn("the SSH host keys of the nodes could not be read", "err", err)
			return false
		}
	}
	s.tidyHostKeys(ctx)
	return true
}

func (s *Server) readSharedHostKeys(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	text, err := s.cfg.HostKeys.SharedHostKeys(ctx, nil)
	if err != nil {
		return err
	}
	keys, err := parseHostKeys(text, "in the database")
	if err == nil {
		s.hostKeys.Store(&keys)
	}
	return err
}

// tidyHostKeys throws the private keys away that others have replaced. It is tried again
// with the next change of people, and at the next start.
func (s *Server) tidyHostKeys(ctx context.Context) {
	keys := *s.hostKeys.Load()
	current := keys.current(s.now())
	if len(current) == len(keys) || len(s.cfg.HostKeyFiles) > 0 {
		return
	}
	if err := s.keepHostKeys(ctx, model.Actor{Role: model.Admin}, current, nil); err != nil {
		s.cfg.Log.Warn("the SSH host key that was replaced could not be thrown away", "err", err)
	}
}

// keepHostKeys puts the keys in the place of those before.
func (s *Server) keepHostKeys(ctx context.Context, a model.Actor, keys hostKeys, change *model.HostKeyChange) error {
	var old, text []byte // what the database keeps
	if s.shared {
		old, text = s.hostKeys.Load().text(), keys.text()
	} else {
		if err := replaceHostKeys(s.cfg.HostKeyPath, keys); err != nil {
			return err
		}
		s.hostKeys.Store(&keys)
	}
	if s.cfg.HostKeys == nil || !s.shared && change == nil {
		return nil
	}
	if err := s.cfg.HostKeys.ChangeHostKeys(ctx, a, old, text, change); err != nil {
		return err
	}
	s.hostKeys.Store(&keys)
	return nil
}

// currentHostKeys are the key that signs, and those that clients learn.
func (s *Server) currentHostKeys() hostKeys { return s.hostKeys.Load().current(s.now()) }

// HostKeys are the key that proves this server to its clients, and the next one during a
// rotation.
func (s *Server) HostKeys() []model.HostKey {
	var list []model.HostKey
	for i, k := range s.currentHostKeys() {
		key := model.HostKey{
			Fingerprint: gossh.FingerprintSHA256(k.PublicKey()), State: model.HostKeySigns,
			Public: strings.TrimSpace(string(gossh.MarshalAuthorizedKey(k.PublicKey()))),
		}
		if i > 0 {
			key.State = model.HostKeyNext
			if k.from.Before(never) {
				key.SignsFrom = &k.from
			}
		}
		list = append(list, key)
	}
	return list
}

// RotateHostKey makes the next key, which clients learn during the grace and which signs
// from then on. Without a grace it signs at once, and so does one that was on its way. A
// second rotation during a grace is a Conflict.
func (s *Server) RotateHostKey(ctx context.Context, a model.Actor, grace time.Duration) error {
	if err := a.Require(model.Admin); err != nil {
		return err
	}
	if len(s.cfg.HostKeyFiles) > 0 {
		return &model.Error{
			Kind: model.Conflict, Msg: "the host key is a file that --host-key names, which only you change",
			Hint: "make the next one with ssh-keygen -t ed25519 and name it too, with a further --host-key; once your people have signed in, name it alone",
		}
	}
	s.rotating.Lock()
	defer s.rotating.Unlock()
	if s.shared {
		if err := s.readSharedHostKeys(ctx); err != nil {
			return err
		}
	}
	now, keys := s.now(), s.currentHostKeys()
	var next hostKey
	switch {
	case len(keys) > 1 && grace > 0:
		return &model.Error{
			Kind: model.Conflict, Msg: "a next host key is on its way already: it signs from " + keys[1].from.UTC().Format(time.RFC3339) + " on",
			Hint: "wait for it, or have it sign at once with: host-key rotate --now",
		}
	case len(keys) > 1:
		next = keys[1]
		next.from = now.UTC().Truncate(time.Second)
	default:
		var err error
		if next, err = newHostKey(now.Add(grace)); err != nil {
			return fmt.Errorf("make an SSH host key: %w", err)
		}
	}
	change := &model.HostKeyChange{Fingerprint: gossh.FingerprintSHA256(next.PublicKey()), SignsFrom: next.from}
	if keys = (hostKeys{keys[0], next}); grace <= 0 {
		keys = hostKeys{next}
	}
	if err := s.keepHostKeys(ctx, a, keys, change); err != nil {
		return err
	}
	s.cfg.Log.Info("ssh host key rotated", "person", a.Name, "fingerprint", change.Fingerprint, "signs_from", change.SignsFrom)
	return nil
}
