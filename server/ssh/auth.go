package ssh

import (
	"net"
	"slices"
	"time"

	charm "github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
)

// passphraseTimeout is how long a person has to unlock the key that they offered.
const passphraseTimeout = 2 * time.Minute

type connectionKey struct{}

// noteConnection lets the callbacks of a connection find it.
func noteConnection(ctx charm.Context, c net.Conn) net.Conn {
	ctx.SetValue(connectionKey{}, c)
	return c
}

func connectionOf(ctx charm.Context) *connection {
	c, _ := ctx.Value(connectionKey{}).(*connection)
	return c
}

// mayTry says whether a key that a client offers may go on to prove itself. Nothing is
// proved here, so nothing is noted, and the answer does not depend on whether the key is known.
func (s *Server) mayTry(ctx charm.Context, key charm.PublicKey) bool {
	if c := connectionOf(ctx); c != nil {
		c.keyOffered()
	}
	if cert, ok := key.(*gossh.Certificate); ok {
		return s.mayTryCertificate(ctx, cert)
	}
	return !weakKey(key)
}

// handshake agrees on what x/crypto counts as secure, without the MAC over SHA-1:
// its own defaults still hold SHA-1 for old clients. The host key is the one that signs now.
func (s *Server) handshake(ctx charm.Context) *gossh.ServerConfig {
	secure := gossh.SupportedAlgorithms()
	c := &gossh.ServerConfig{
		Config: gossh.Config{
			KeyExchanges: secure.KeyExchanges,
			Ciphers:      secure.Ciphers,
			MACs:         slices.DeleteFunc(secure.MACs, func(m string) bool { return m == gossh.HMACSHA1 }),
		},
		PublicKeyAuthAlgorithms: secure.PublicKeyAuths,
		MaxAuthTries:            6, // an agent with several unusable keys
		VerifiedPublicKeyCallback: func(_ gossh.ConnMetadata, _ gossh.PublicKey, p *gossh.Permissions, _ string) (*gossh.Permissions, error) {
			if c := connectionOf(ctx); c != nil {
				c.closeAfter(emptyTimeout)
			}
			return p, nil
		},
		AuthLogCallback: func(c gossh.ConnMetadata, method string, err error) {
			if err != nil && method != "none" { // every client begins with none
				s.cfg.Log.Debug("ssh sign-in refused", "from", c.RemoteAddr().String(), "method", model.Clean(method), "err", model.Clean(err.Error()))
			}
		},
	}
	c.AddHostKey(s.currentHostKeys()[0].Signer)
	return c
}
