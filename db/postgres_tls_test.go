package db_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lastclick/db"
)

// testClientCertificate signs in by sslcert and sslkey, and not without them or with another
// person's.
func testClientCertificate(t *testing.T, c *cluster) {
	b := c.pgbouncerWith(t, "auth_type = cert\nclient_tls_sslmode = verify-full")
	b.tls.issue(t, "node", "lastclick")
	b.tls.issue(t, "other", "other")
	at := "postgres://lastclick@localhost:" + b.port + "/tx?search_path=" + c.schema(t) + "&sslmode=verify-full&sslrootcert=" + b.tls.ca
	with := func(name string) string {
		return at + "&sslcert=" + filepath.Join(b.tls.dir, name+".pem") + "&sslkey=" + filepath.Join(b.tls.dir, name+".key")
	}
	for _, tt := range []struct{ url, want string }{
		{at, "name it with sslcert and sslkey"},
		{with("other"), "PgBouncer refuses the connection: look at the user, password and certificate"},
		{with("none"), "none.key\" cannot be read"},
	} {
		s, err := db.Open(t.Context(), db.Options{URL: tt.url})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
	s := openStore(t, db.Options{URL: with("node")})
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

// A server that misses the client's certificate may end the connection before the client has
// read why.
func TestOpen_ConnectionEndedBehindTLS_NamesTheCertificate(t *testing.T) {
	a := newAuthority(t, t.TempDir())
	cert, err := tls.LoadX509KeyPair(filepath.Join(a.dir, "good.pem"), filepath.Join(a.dir, "good.key"))
	if err != nil {
		t.Fatal(err)
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	defer served.Wait()
	defer server.Close()
	served.Go(func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(conn, make([]byte, 8)) // SSLRequest
			_, _ = conn.Write([]byte{'S'})
			_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}}).Handshake()
			_ = conn.(*net.TCPConn).SetLinger(0) // the client meets a reset
			_ = conn.Close()
		}
	})
	_, port, _ := net.SplitHostPort(server.Addr().String())
	s, err := db.Open(t.Context(), db.Options{URL: "postgres://lastclick@localhost:" + port + "/x?sslmode=verify-full&sslrootcert=" + a.ca})
	if err == nil {
		s.Close()
	}
	if want := "name it with sslcert and sslkey"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// authority signs certificates of a test; its own is in the file ca.
type authority struct {
	ca, dir string
	cert    *x509.Certificate
	key     *ecdsa.PrivateKey
}

// newAuthority also makes good.pem and good.key, for the host localhost.
func newAuthority(t *testing.T, dir string) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := authority{filepath.Join(dir, "ca.pem"), dir, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of the test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}, key}
	a.write(t, a.ca, a.sign(t, a.cert, &key.PublicKey), nil)
	a.issue(t, "good", "localhost")
	return a
}

func (a authority) sign(t *testing.T, cert *x509.Certificate, key *ecdsa.PublicKey) []byte {
	t.Helper()
	raw, err := x509.CreateCertificate(rand.Reader, cert, a.cert, key, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// issue makes NAME.pem and NAME.key for the host or the user.
func (a authority) issue(t *testing.T, name, subject string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw := a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: subject}, DNSNames: []string{subject},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}, &key.PublicKey)
	a.write(t, filepath.Join(a.dir, name+".pem"), raw, nil)
	a.write(t, filepath.Join(a.dir, name+".key"), nil, key)
}

func (a authority) write(t *testing.T, path string, cert []byte, key *ecdsa.PrivateKey) {
	t.Helper()
	block := &pem.Block{Type: "CERTIFICATE", Bytes: cert}
	if key != nil {
		raw, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		block = &pem.Block{Type: "PRIVATE KEY", Bytes: raw}
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
}
