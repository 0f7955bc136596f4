package ssh

import (
	"bytes"
	"crypto/rand"
	"slices"

	charm "github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// OpenSSH's clients learn host keys beside the one that signs, and forget those that are
// gone, where UpdateHostKeys is on, as it is by default (OpenSSH's PROTOCOL §2.5). Other
// clients leave the announcement alone.
const (
	hostKeysAnnounced = "hostkeys-00@openssh.com"
	hostKeysProve     = "hostkeys-prove-00@openssh.com"
	// maxProofs bounds what a connection may have signed. OpenSSH asks once.
	maxProofs = 4
)

// announceHostKeys tells the client of a connection the host keys, once.
func (s *Server) announceHostKeys(c *connection, client *gossh.ServerConn) {
	if !c.announce() {
		return
	}
	var payload []byte
	for _, k := range s.currentHostKeys() {
		payload = append(payload, gossh.Marshal(struct{ Key []byte }{k.PublicKey().Marshal()})...)
	}
	_, _, _ = client.SendRequest(hostKeysAnnounced, false, payload) // the client may be gone
}

// proveHostKeys answers a client that wants proof that the keys which were announced are
// ours: a signature with each over the session's identifier.
func (s *Server) proveHostKeys(ctx charm.Context, _ *charm.Server, req *gossh.Request) (ok bool, payload []byte) {
	client, ok := ctx.Value(charm.ContextKeyConn).(*gossh.ServerConn)
	c := connectionOf(ctx)
	if !ok || c == nil || !c.prove() {
		return false, nil
	}
	keys := s.currentHostKeys()
	for rest, n := req.Payload, 0; len(rest) > 0; n++ {
		var asked struct {
			Key  []byte
			Rest []byte `ssh:"rest"`
		}
		if gossh.Unmarshal(rest, &asked) != nil || n == len(keys) {
			return false, nil
		}
		rest = asked.Rest
		i := slices.IndexFunc(keys, func(k hostKey) bool { return bytes.Equal(k.PublicKey().Marshal(), asked.Key) })
		if i < 0 {
			return false, nil
		}
		signature, err := keys[i].Sign(rand.Reader, gossh.Marshal(struct {
			Kind         string
			Session, Key []byte
		}{hostKeysProve, client.SessionID(), asked.Key}))
		if err != nil {
			return false, nil
		}
		payload = append(payload, gossh.Marshal(struct{ Signature []byte }{gossh.Marshal(signature)})...)
	}
	return len(payload) > 0, payload
}

// announce says whether the host keys are still to be told.
func (c *connection) announce() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.announced
	c.announced = true
	return first
}

// prove counts a proof, and says whether it may be given.
func (c *connection) prove() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proofs++
	return c.proofs <= maxProofs
}
