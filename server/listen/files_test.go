package listen

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate makes a self-signed certificate of the name and its key, in PEM.
func certificate(t testing.TB, serial int64, from, until time.Time, names ...string) (cert, key []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: from, NotAfter: until, DNSNames: names}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private})
}

// pair is a certificate in two files.
type pair struct{ cert, key string }

func newPair(t testing.TB) pair {
	dir := t.TempDir()
	return pair{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
}

func (p pair) write(t testing.TB, cert, key []byte) {
	t.Helper()
	for path, b := range map[string][]byte{p.cert: cert, p.key: key} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenFiles_EachFault_IsASentence(t *testing.T) {
	now := time.Now()
	cert, key := certificate(t, 1, now.Add(-time.Hour), now.Add(time.Hour), "go.example.com")
	_, otherKey := certificate(t, 2, now.Add(-time.Hour), now.Add(time.Hour), "go.example.com")
	expired, expiredKey := certificate(t, 3, now.Add(-48*time.Hour), now.Add(-24*time.Hour), "go.example.com")
	early, earlyKey := certificate(t, 4, now.Add(24*time.Hour), now.Add(48*time.Hour), "go.example.com")
	for _, c := range []struct {
		name      string
		cert, key []byte // nil: no file
		want      string
	}{
		{"another key", cert, otherKey, "private key does not match public key"},
		{"expired", expired, expiredKey, "expired at " + now.Add(-24*time.Hour).UTC().Format("2006-01-02")},
		{"not yet valid", early, earlyKey, "look at the clock"},
		{"no certificate", []byte("hello"), key, "are no certificate and its key"},
		{"swapped", key, cert, "are no certificate and its key"},
		{"no key", cert, nil, "no such file"},
		{"neither", nil, nil, "no such file"},
	} {
		p := newPair(t)
		p.write(t, c.cert, c.key)
		for path, b := range map[string][]byte{p.cert: c.cert, p.key: c.key} {
			if b == nil {
				_ = os.Remove(path)
			}
		}
		if _, err := OpenFiles(p.cert, p.key, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// A new certificate is used from the next handshake on; a bad one never.
func TestFiles_Reload_GoodIsUsedBadIsNot(t *testing.T) {
	now := time.Now()
	p := newPair(t)
	cert, key := certificate(t, 1, now.Add(-time.Hour), now.Add(time.Hour), "go.example.com")
	p.write(t, cert, key)
	if err := os.Chmod(p.key, 0o644); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	f, err := OpenFiles(p.cert, p.key, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "chmod o=") {
		t.Errorf("of a key that all may read the log says %s", log.String())
	}
	serves := func(serial int64) {
		t.Helper()
		c, err := f.TLSConfig().GetCertificate(&tls.ClientHelloInfo{})
		if err != nil || c.Leaf.SerialNumber.Int64() != serial {
			t.Errorf("%v %v, want serial %d", c.Leaf.SerialNumber, err, serial)
		}
	}
	serves(1)
	log.Reset()
	cert, key = certificate(t, 2, now.Add(-time.Hour), now.Add(2*time.Hour), "go.example.com")
	p.write(t, cert[:len(cert)/2], key)
	f.Reload()
	serves(1)
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "the one before stays") {
		t.Errorf("the log says %s", log.String())
	}
	p.write(t, cert, key)
	f.Reload()
	serves(2)
	if until := f.NotAfter(); until.Sub(now) < time.Hour {
		t.Errorf("until %v", until)
	}
}
