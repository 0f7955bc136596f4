package main

import (
	"crypto/rand"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/model"
)

// hostKey is the fingerprint of the key that the daemon shows.
func (p *platform) hostKey() (fingerprint string) {
	p.t.Helper()
	client, err := ssh.Dial("tcp", p.ssh, &ssh.ClientConfig{User: "me", Auth: []ssh.AuthMethod{ssh.PublicKeys(p.admin.signer)}, Timeout: 10 * time.Second, HostKeyCallback: func(_ string, _ net.Addr, k ssh.PublicKey) error {
		fingerprint = ssh.FingerprintSHA256(k)
		return nil
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	client.Close()
	return fingerprint
}

// certify gives a person's key a certificate by the CA.
func certify(t *testing.T, ca, who identity, principal string) identity {
	t.Helper()
	cert := &ssh.Certificate{
		Key: who.signer.PublicKey(), CertType: ssh.UserCert, KeyId: "mia@\x1b[31mlaptop", Serial: 7, ValidPrincipals: []string{principal},
		ValidBefore: uint64(time.Now().Add(time.Hour).Unix()),
	}
	if err := cert.SignCert(rand.Reader, ca.signer); err != nil {
		t.Fatal(err)
	}
	var err error
	if who.signer, err = ssh.NewCertSigner(cert, who.signer); err != nil {
		t.Fatal(err)
	}
	return who
}

// The keys of a platform in one day of its admin: certificates, host key, receipt keys.
func TestServe_Keys_CertifiedRotatedGiven(t *testing.T) {
	ca, mia := newIdentity(t, "ca"), newIdentity(t, "mia")
	caFile := filepath.Join(t.TempDir(), "ca.pub")
	if err := os.WriteFile(caFile, []byte(ca.public+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := serve(t, "--user-ca", caFile)
	p.seed()

	mia = certify(t, ca, mia, "acme/Mia Diaz")
	if _, told, status := p.as(mia, "whoami"); status != 1 || !strings.Contains(told, "Your certificate names no one here: acme/Mia Diaz") {
		t.Errorf("before she is added: %d %s", status, told)
	}
	p.run("promoter add Mia Diaz --no-key --role owner")
	out, told, status := p.as(mia, "whoami")
	if status != 0 || !strings.Contains(out, "Mia Diaz") || !strings.Contains(out, "laptop, serial 7") || strings.Contains(out, "\x1b") {
		t.Errorf("whoami: %d %q %s", status, out, told)
	}
	for _, line := range []string{"host-key show", "host-key rotate", "receipt-key list", "receipt-key rotate", "receipt-key rotate --end-old --force"} {
		if out, told, status := p.as(mia, line); status != 1 || out != "" || !strings.Contains(told, "only an admin") {
			t.Errorf("an owner, %s: %d %s%s", line, status, out, told)
		}
	}
	p.run("promoter remove Mia Diaz")
	if _, _, status := p.as(mia, "whoami"); status != 1 {
		t.Error("a person who was removed signs in")
	}

	first := p.hostKey()
	var keys struct {
		HostKeys    []model.HostKey    `json:"host_keys"`
		ReceiptKeys []model.ReceiptKey `json:"receipt_keys"`
	}
	p.json(&keys, "host-key rotate --grace 7d")
	if len(keys.HostKeys) != 2 || keys.HostKeys[0].Fingerprint != first || p.hostKey() != first {
		t.Errorf("%+v", keys.HostKeys)
	}
	next := keys.HostKeys[1].Fingerprint
	p.json(&keys, "receipt-key rotate")
	if len(keys.ReceiptKeys) != 2 || keys.ReceiptKeys[0].State != model.ReceiptKeyNext {
		t.Errorf("%+v", keys.ReceiptKeys)
	}
	if audit := p.run("audit --json"); !strings.Contains(audit, `"host-key rotate"`) || !strings.Contains(audit, `"receipt-key rotate"`) {
		t.Errorf("audit: %s", audit)
	}
	p.stop()
	p.start("--user-ca", caFile)
	if p.hostKey() != first {
		t.Error("a restart changes the host key")
	}
	p.json(&keys, "host-key rotate --now")
	if len(keys.HostKeys) != 1 || keys.HostKeys[0].Fingerprint != next || p.hostKey() != next {
		t.Errorf("%+v", keys.HostKeys)
	}
	p.stop()

	// A file that is given wins, and only its owner changes it.
	given := newIdentity(t, "given")
	p.start("--host-key", given.path)
	if got := p.hostKey(); got != ssh.FingerprintSHA256(given.signer.PublicKey()) {
		t.Errorf("shows %s", got)
	}
	if _, told, status := p.as(p.admin, "host-key rotate"); status != 1 || !strings.Contains(told, "--host-key") {
		t.Errorf("rotate: %d %s", status, told)
	}
	p.stop()
	if strings.Contains(p.stderr.String(), "PRIVATE KEY") {
		t.Errorf("the log holds a key:\n%s", p.stderr)
	}
	out, _ = p.local("doctor", "--data", p.data, "--host-key", given.path, "--user-ca", caFile)
	if !strings.Contains(finding(out, "ok", "host-key"), "SHA256:") || !strings.Contains(finding(out, "ok", "user-ca"), "SHA256:") {
		t.Errorf("doctor:\n%s", out)
	}
	for _, flag := range []string{"--host-key", "--user-ca"} {
		for _, file := range []string{caFile + ".none", given.path, caFile} {
			if flag == "--host-key" && file == given.path || flag == "--user-ca" && file == caFile {
				continue
			}
			out, status := p.local("serve", "--data", p.data, "--http", "127.0.0.1:0", "--ssh", "127.0.0.1:0", "--metrics", "", flag, file)
			if status != 1 || !strings.Contains(out, "lastclick: ") {
				t.Errorf("%s %s: %d %s", flag, file, status, out)
			}
			if out, _ := p.local("doctor", "--data", p.data, flag, file); finding(out, "wrong", flag[2:]) == "" {
				t.Errorf("doctor %s %s:\n%s", flag, file, out)
			}
		}
	}
}
