package ssh

import (
	"bytes"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	charm "github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
)

// Certificates (OpenSSH's PROTOCOL.certkeys) that a CA of --user-ca signed sign in the one
// person whom their principals name. That of another CA, or that does not hold, is refused
// before it proves itself, so that the client goes on to the plain key. One whose
// principals name no one here counts as its plain key, which has been proved just the same.
//
// Revocation is a short life: a session ends when its certificate does. Of the extensions
// none is looked at, for what they allow (forwarding, a user's own rc file) is not there.

const (
	maxAuthorities = 64
	maxPrincipals  = 256 // as OpenSSH's
	sourceAddress  = "source-address"
	// maxAuthorityFile bounds a file of CA keys, in bytes.
	maxAuthorityFile = 64 << 10
)

// lastValid is the latest end that a certificate may have; later is for ever.
var lastValid = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// authorities are the keys of the CAs.
type authorities []gossh.PublicKey

// readAuthorities reads files of CA keys, one a line as in a .pub file.
func readAuthorities(paths []string) (all authorities, err error) {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("--user-ca: %w", err)
		}
		if len(text) > maxAuthorityFile {
			return nil, fmt.Errorf("--user-ca: %s has %d bytes, a file of CA keys at most %d", path, len(text), maxAuthorityFile)
		}
		before := len(all)
		for line := range bytes.Lines(text) {
			if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' {
				continue
			}
			key, err := parseAuthority(line)
			if err != nil {
				return nil, fmt.Errorf("--user-ca: %s: %w", path, err)
			}
			all = append(all, key)
		}
		if len(all) == before {
			return nil, fmt.Errorf("--user-ca: %s holds no public key: name the .pub file of the CA", path)
		}
	}
	if len(all) > maxAuthorities {
		return nil, fmt.Errorf("--user-ca: there are %d keys, at most %d are taken", len(all), maxAuthorities)
	}
	return all, nil
}

// ReadUserCAs reads files of CA keys as New does, and returns the keys' fingerprints.
func ReadUserCAs(paths []string) (fingerprints []string, err error) {
	all, err := readAuthorities(paths)
	for _, k := range all {
		fingerprints = append(fingerprints, gossh.FingerprintSHA256(k))
	}
	return fingerprints, err
}

func parseAuthority(line []byte) (gossh.PublicKey, error) {
	if bytes.Contains(line, []byte("PRIVATE KEY")) {
		return nil, errors.New("it is the private key of the CA, which does not belong on this machine: name the .pub file")
	}
	key, _, options, _, err := gossh.ParseAuthorizedKey(line)
	switch {
	case err != nil:
		return nil, errors.New("a line is no public key of SSH")
	case len(options) > 0:
		return nil, errors.New("a key has options before it, which have no meaning here")
	}
	if _, ok := key.(*gossh.Certificate); ok {
		return nil, errors.New("it holds a certificate, and not the plain key of a CA")
	}
	if weakKey(key) {
		return nil, fmt.Errorf("a key of type %s is too weak: RSA keys need 2,048 bits, and DSA is not taken", key.Type())
	}
	return key, nil
}

// weakKey says whether a key is too weak to prove anything.
func weakKey(key gossh.PublicKey) bool {
	if key.Type() == "ssh-dss" {
		return true
	}
	if k, ok := key.(gossh.CryptoPublicKey); ok {
		if r, ok := k.CryptoPublicKey().(*rsa.PublicKey); ok {
			return r.N.BitLen() < 2048
		}
	}
	return false
}

// check says why a certificate does not hold now; trusted is whether a CA of ours is named
// as its signer. From where it is good is left to source-address, which x/crypto enforces.
func (a authorities) check(cert *gossh.Certificate, now time.Time) (trusted bool, err error) {
	if !slices.ContainsFunc(a, func(k gossh.PublicKey) bool { return bytes.Equal(k.Marshal(), cert.SignatureKey.Marshal()) }) {
		return false, errors.New("no CA of --user-ca signed it")
	}
	switch {
	case cert.CertType != gossh.UserCert:
		return true, errors.New("it is not one of a user")
	case len(cert.ValidPrincipals) == 0:
		return true, errors.New("it names no principal") // to OpenSSH it would be everybody's
	case len(cert.ValidPrincipals) > maxPrincipals:
		return true, fmt.Errorf("it names more than %d principals", maxPrincipals)
	case weakKey(cert.Key):
		return true, errors.New("its key is too weak")
	case !slices.Contains(gossh.SupportedAlgorithms().PublicKeyAuths, cert.Signature.Format):
		return true, fmt.Errorf("it is signed with %s, which is too weak", cert.Signature.Format)
	}
	checker := gossh.CertChecker{SupportedCriticalOptions: []string{sourceAddress}, Clock: func() time.Time { return now }}
	return true, checker.CheckCert(cert.ValidPrincipals[0], cert)
}

// mayTryCertificate says whether a certificate may go on to prove itself.
func (s *Server) mayTryCertificate(ctx charm.Context, cert *gossh.Certificate) bool {
	trusted, err := s.authorities.check(cert, s.now())
	if err != nil {
		if trusted { // a stranger may claim that
			s.refusedCertificates.Do(func() {
				s.cfg.Log.Warn("an ssh certificate was refused", append(certificateLog(cert), "from", ctx.RemoteAddr().String(), "err", model.Truncate(model.Clean(err.Error()), 300))...)
			})
		}
		return false
	}
	if from, ok := cert.CriticalOptions[sourceAddress]; ok {
		ctx.Permissions().CriticalOptions = map[string]string{sourceAddress: from}
	}
	return true
}

func certificateLog(cert *gossh.Certificate) []any {
	return []any{"key_id", cleanText(cert.KeyId), "serial", cert.Serial, "principals", strings.Join(cleanPrincipals(cert), ", "), "authority", gossh.FingerprintSHA256(cert.SignatureKey)}
}

func cleanText(s string) string { return model.Truncate(model.Clean(s), model.MaxName) }

// cleanPrincipals are the first principals, as they may be shown.
func cleanPrincipals(cert *gossh.Certificate) []string {
	list := make([]string, 0, 8)
	for _, p := range cert.ValidPrincipals[:min(len(cert.ValidPrincipals), cap(list))] {
		list = append(list, cleanText(p))
	}
	return list
}

// validUntil is when a certificate ends; nil: never.
func validUntil(cert *gossh.Certificate) *time.Time {
	if cert.ValidBefore > uint64(lastValid.Unix()) { //nolint:gosec // after 1970
		return nil
	}
	end := time.Unix(int64(cert.ValidBefore), 0).UTC() //nolint:gosec // bounded above
	return &end
}

// certificateFails says whether an error of identify is that the session's certificate does
// not hold any more, or names several people.
func certificateFails(sess *session, err error) bool {
	kind := model.KindOf(err)
	return sess.cert != nil && err != nil && (kind == model.Denied || kind == model.Conflict)
}

// certificateNote is what helps a person with a certificate whose key is not known here.
// OpenSSH offers a plain key before the certificate beside it, and here every plain key may
// sign in, for invites; a certificate that is named explicitly it offers first.
func (s *Server) certificateNote(sess *session) string {
	switch {
	case len(s.authorities) == 0:
		return ""
	case sess.cert != nil:
		return "Your certificate names no one here: " + strings.Join(cleanPrincipals(sess.cert), ", ")
	}
	return "With a certificate, name it: " + s.login("-o CertificateFile=KEY-cert.pub")
}

// identifyCertificate looks up the person of a proved certificate; NotFound where its
// principals name no one.
func (s *Server) identifyCertificate(ctx context.Context, cert *gossh.Certificate, fingerprint string) (model.Actor, error) {
	if _, err := s.authorities.check(cert, s.now()); err != nil { // on a shared connection, sessions begin later
		return model.Actor{}, &model.Error{Kind: model.Denied, Msg: "your certificate does not hold any more: sign in with a new one", Err: err}
	}
	actor, err := s.cfg.Store.IdentifyPrincipals(ctx, cert.ValidPrincipals)
	if err != nil {
		return actor, err
	}
	actor.Key = fingerprint
	actor.Certificate = &model.Certificate{
		KeyID: cleanText(cert.KeyId), Serial: cert.Serial, Principals: cleanPrincipals(cert),
		Authority: gossh.FingerprintSHA256(cert.SignatureKey), ValidUntil: validUntil(cert),
	}
	return actor, nil
}
