package command

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"lastclick/model"
)

func public(t testing.TB, key any) ssh.PublicKey {
	t.Helper()
	p, err := ssh.NewPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// keyLine is a fresh key as it stands in a .pub file, without a comment.
func keyLine(t testing.TB) (string, ssh.PublicKey) {
	t.Helper()
	k, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := public(t, k)
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(p))), p
}

func rsaLine(t *testing.T, bits int) string {
	t.Helper()
	// A short key cannot be made here any more, so its numbers are put together.
	n := make([]byte, bits/8)
	n[0], n[len(n)-1] = 0x80, 1
	blob := ssh.Marshal(struct {
		Name string
		E, N []byte
	}{"ssh-rsa", []byte{1, 0, 1}, append([]byte{0}, n...)})
	p, err := ssh.ParsePublicKey(blob)
	if err != nil {
		t.Fatal(err)
	}
	if p.(ssh.CryptoPublicKey).CryptoPublicKey().(*rsa.PublicKey).N.BitLen() != bits {
		t.Fatal("wrong length")
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(p)))
}

func TestParseKey_EachForm_TakenOrRefused(t *testing.T) {
	line, p := keyLine(t)
	got, err := ParseKey("  " + line + " ana's \x1b[31mlaptop\u202e \n")
	want := model.Key{Fingerprint: ssh.FingerprintSHA256(p), Public: line, Comment: "ana's [31mlaptop"}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := ParseKey(rsaLine(t, 2048)); err != nil {
		t.Errorf("RSA 2048: %v", err)
	}

	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	cert := &ssh.Certificate{Key: p, CertType: ssh.UserCert}
	if err := cert.SignCert(rand.Reader, signer); err != nil {
		t.Fatal(err)
	}
	for text, why := range map[string]string{
		"":                                       "key is missing: give the one line of a .pub file",
		"hello":                                  "key is not an SSH public key",
		"ssh-ed25519 AAAA":                       "key is not an SSH public key",
		line + "\n" + line:                       "key has more than one line",
		`command="sh" ` + line:                   "key has options before it",
		strings.Replace(line, "25519", "448", 1): "key ",
		string(ssh.MarshalAuthorizedKey(cert)):   "key is a certificate",
		rsaLine(t, 1024):                         "key is an RSA key of 1024 bits, at least 2048 are needed",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nx": "key is a private key",
		"---- BEGIN SSH2 PUBLIC KEY ----\nx":     "key is in the SSH2 form",
		"SHA256:abc":                             "key is a fingerprint",
		line + strings.Repeat("x", maxKeyText):   "key has more than 16384 bytes",
	} {
		_, err := ParseKey(text)
		if model.KindOf(err) != model.Invalid || !strings.HasPrefix(err.Error(), why) {
			t.Errorf("%.40q: %v, want %s", text, err, why)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS a")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKey(text)
		if err != nil && model.KindOf(err) != model.Invalid {
			t.Errorf("%v", err)
		}
		if err == nil && (k.Fingerprint == "" || model.Clean(k.Comment) != k.Comment) {
			t.Errorf("%+v", k)
		}
	})
}

// A shell that took the quotes away from a key is forgiven.
func TestJoinKey_QuotesLost_PutTogether(t *testing.T) {
	for line, want := range map[string][]string{
		"promoter add Bo --key -":                                   {"promoter", "add", "Bo", "--key=-"},
		"promoter add Bo --key ssh-ed25519 AAAAx":                   {"promoter", "add", "Bo", "--key=ssh-ed25519 AAAAx"},
		"promoter add Bo --key ssh-rsa AAAAx b o@l --role viewer":   {"promoter", "add", "Bo", "--key=ssh-rsa AAAAx b o@l", "--role", "viewer"},
		"promoter add Bo --key=sk-ssh-ed25519@openssh.com AAAAx me": {"promoter", "add", "Bo", "--key=sk-ssh-ed25519@openssh.com AAAAx me"},
		"promoter add Bo --key nonsense AAAAx":                      {"promoter", "add", "Bo", "--key=nonsense", "AAAAx"},
		"link add -- --key ssh-rsa AAAAx":                           {"link", "add", "--", "--key", "ssh-rsa", "AAAAx"},
		"promoter add --key":                                        {"promoter", "add", "--key"},
	} {
		if got := joinKey(words(line)); !slices.Equal(got, want) {
			t.Errorf("%s: %q", line, got)
		}
	}
}
