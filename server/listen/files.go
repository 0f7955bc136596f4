package listen

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// Files serves the certificate of two PEM files: the chain, own certificate first, and its
// key. Reload reads them again. It is safe for concurrent use.
type Files struct {
	cert, key string
	log       *slog.Logger
	current   atomic.Pointer[tls.Certificate]
}

// OpenFiles reads the files. A file that cannot be read, a key of another certificate and a
// certificate that has expired are errors.
func OpenFiles(cert, key string, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, log: log}
	pair, err := ReadPair(cert, key)
	if err != nil {
		return nil, err
	}
	f.use(pair)
	return f, nil
}

// Reload reads the files again. On an error the certificate at hand stays, and the error is
// logged. Connections that are open keep theirs either way.
func (f *Files) Reload() {
	pair, err := ReadPair(f.cert, f.key)
	if err != nil {
		f.log.Error("the new certificate is not used; the one before stays", "err", err, "until", f.current.Load().Leaf.NotAfter.UTC().Format(time.RFC3339))
		return
	}
	f.use(pair)
}

func (f *Files) use(pair *tls.Certificate) {
	if info, err := os.Stat(f.key); err == nil && info.Mode().Perm()&0o007 != 0 {
		f.log.Warn("everybody on this machine may read the key of the certificate: run chmod o= on it", "file", f.key)
	}
	f.current.Store(pair)
	f.log.Info("certificate from files", "names", strings.Join(pair.Leaf.DNSNames, " "), "until", pair.Leaf.NotAfter.UTC().Format(time.RFC3339))
}

// NotAfter is when the certificate that is served expires.
func (f *Files) NotAfter() time.Time { return f.current.Load().Leaf.NotAfter }

// TLSConfig is that of a server with this certificate, for every name.
func (f *Files) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.current.Load(), nil },
	}
}

// ReadPair reads the certificate of two PEM files, with its leaf. One that has expired, or is
// not valid yet, is an error.
func ReadPair(cert, key string) (*tls.Certificate, error) {
	chain, err := readFile("certificate", cert)
	if err != nil {
		return nil, err
	}
	private, err := readFile("key of the certificate", key)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(chain, private)
	if err != nil {
		return nil, fmt.Errorf("%s and %s are no certificate and its key: %s", cert, key, strings.TrimPrefix(err.Error(), "tls: "))
	}
	switch now, format := time.Now(), time.RFC3339; {
	case now.After(pair.Leaf.NotAfter):
		return nil, fmt.Errorf("the certificate %s expired at %s: renew it", cert, pair.Leaf.NotAfter.UTC().Format(format))
	case now.Before(pair.Leaf.NotBefore):
		return nil, fmt.Errorf("the certificate %s is valid from %s on, and it is %s: look at the clock", cert, pair.Leaf.NotBefore.UTC().Format(format), now.UTC().Format(format))
	}
	return &pair, nil
}

func readFile(what, path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("the %s %s may not be read by the user of this process: let its group read it, or have it copied when it is renewed", what, path)
	case err != nil:
		return nil, fmt.Errorf("the %s cannot be read: %w", what, err)
	}
	return b, nil
}
