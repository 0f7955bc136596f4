package db

import (
	"bytes"
	"context"

	"lastclick/model"
)

// SharedHostKeys is the text of the host keys that the nodes of this database share.
func (s *Store) SharedHostKeys(ctx context.Context, first []byte) ([]byte, error) {
	if s.shared == nil {
		return nil, nil
	}
	if s.Away() != nil && len(s.standby.hostKeys) > 0 {
		return s.standby.hostKeys, nil
	}
	if len(first) == 0 {
		return read(ctx, s, func(c *conn) ([]byte, error) { return c.hostKeys() })
	}
	return write(ctx, s, func(t *tx) ([]byte, error) {
		if _, err := t.exec(`INSERT INTO meta (name, value) VALUES ('host_keys', $1) ON CONFLICT DO NOTHING`, first); err != nil {
			return nil, err
		}
		return t.hostKeys()
	})
}

// hostKeys is empty where there are none.
func (c *conn) hostKeys() (text []byte, err error) {
	err = c.row(`SELECT value FROM meta WHERE name = 'host_keys'`).Scan(&text)
	if isNoRows(err) {
		return nil, nil
	}
	return text, err
}

// ChangeHostKeys replaces the host keys that the nodes share, and writes the audit.
func (s *Store) ChangeHostKeys(ctx context.Context, a model.Actor, old, text []byte, change *model.HostKeyChange) error {
	if err := a.Require(model.Admin); err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		if len(old)+len(text) > 0 {
			now, err := t.hostKeys()
			if err != nil {
				return err
			}
			if !bytes.Equal(now, old) {
				return &model.Error{Kind: model.Conflict, Msg: "the host keys were changed at the same time", Hint: "look at them with: host-key show"}
			}
			if _, err := t.exec(`UPDATE meta SET value = $1 WHERE name = 'host_keys'`, text); err != nil {
				return err
			}
		}
		if change == nil {
			return nil
		}
		// The audit tells the other nodes too: they read the keys again.
		return t.audit(a, 0, "host-key rotate", change.Fingerprint, nil, change)
	})
}
