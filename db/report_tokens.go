package db

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"lastclick/model"
)

// The token of a report ends it without a login. It is the report's id and a MAC over it, so
// that no table holds it: a backup ends no reports.

const (
	reportIDLength  = 8
	reportMACLength = 16 // bytes: 128 bits
)

// reportMAC is under a key of its own, derived from the secret of the customer hashes.
func (c *conn) reportMAC(id, created int64) ([]byte, error) {
	var secret []byte
	if err := c.row(`SELECT value FROM meta WHERE name = 'customers'`).Scan(&secret); err != nil {
		return nil, err
	}
	key := hmac.New(sha256.New, secret)
	key.Write([]byte("key of the tokens that end reports"))
	mac := hmac.New(sha256.New, key.Sum(nil))
	mac.Write(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(id)), uint64(created))) //nolint:gosec // all bits
	return mac.Sum(nil)[:reportMACLength], nil
}

func (c *conn) reportToken(id, created int64) (string, error) {
	mac, err := c.reportMAC(id, created)
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint64(nil, uint64(id)), mac...)), err //nolint:gosec // ids are positive
}

// errReport does not repeat the token: it may be a secret with a typing error.
var errReport = &model.Error{Kind: model.NotFound, Field: "token", Msg: "there is no such report", Hint: "check that the address is complete"}

// reportByToken is the id of the report that the token is of.
func (c *conn) reportByToken(token string) (int64, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != reportIDLength+reportMACLength {
		return 0, errReport
	}
	id := int64(binary.BigEndian.Uint64(raw)) //nolint:gosec // a wrong one is of no report
	var created int64                         // 0 where there is none, so that the MAC is reckoned in any case
	if err := c.row(`SELECT created_at FROM reports WHERE id = $1`, id).Scan(&created); err != nil && !isNoRows(err) {
		return 0, err
	}
	mac, err := c.reportMAC(id, created)
	if err != nil {
		return 0, err
	}
	if !hmac.Equal(mac, raw[reportIDLength:]) || created == 0 {
		return 0, errReport
	}
	return id, nil
}

// ReportNotice is what is mailed to the holder of the token.
func (s *Store) ReportNotice(ctx context.Context, token string) (model.ReportNotice, error) {
	return read(ctx, s, func(c *conn) (n model.ReportNotice, err error) {
		id, err := c.reportByToken(token)
		if err != nil {
			return n, err
		}
		var every model.ReportEvery
		var link, event string
		err = c.row(`SELECT c.name, c.reply_to, r.every, COALESCE(l.code, ''), COALESCE(e.name, ''), CASE WHEN r.ended_at IS NULL THEN 0 ELSE 1 END
			FROM reports r JOIN clients c ON c.id = r.client_id LEFT JOIN links l ON l.id = r.link_id LEFT JOIN events e ON e.id = r.event_id WHERE r.id = $1`, id).
			Scan(&n.Client, &n.Contact, &every, &link, &event, &n.Ended)
		n.Link = link != ""
		n.What = "the " + string(every) + " numbers of " + n.Client
		switch {
		case every == model.FirstSale:
			n.What = "the news of the first sale of your link " + link
		case link != "":
			n.What = "the " + string(every) + " numbers of your link " + link
		case event != "":
			n.What = "the " + string(every) + " numbers of " + event
		}
		return n, err
	})
}

// EndReport ends the report of the token; one that has ended stays so.
func (s *Store) EndReport(ctx context.Context, token string) error {
	// A stranger's token costs no commit.
	if _, err := read(ctx, s, func(c *conn) (int64, error) { return c.reportByToken(token) }); err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		id, err := t.reportByToken(token)
		if err != nil {
			return err
		}
		var client int64
		var link, every, email string
		err = t.row(`SELECT r.client_id, COALESCE(l.code, ''), r.every, r.email FROM reports r LEFT JOIN links l ON l.id = r.link_id WHERE r.id = $1 AND r.ended_at IS NULL`, id).Scan(&client, &link, &every, &email)
		if isNoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := t.endReport(id); err != nil {
			return err
		}
		reader := model.Actor{Name: "the recipient"}
		if link != "" {
			return t.audit(reader, client, "link digest", link, map[string]any{"digest": every}, map[string]any{"digest": model.NoDigest})
		}
		return t.audit(reader, client, "report remove", email, map[string]any{"email": email, "every": every}, nil)
	})
}
