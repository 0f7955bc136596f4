package command

import (
	"crypto/rsa"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/ssh"

	"lastclick/model"
)

// maxKeyText bounds what is read as a public key, in bytes; an RSA key of 16,384 bits
// takes under 3,000.
const maxKeyText = 16 << 10

// minRSA is the least length of an RSA key, in bits (NIST SP 800-57, until 2030).
const minRSA = 2048

// ParseKey reads one public key as it stands in a .pub file: type, key and comment on
// one line. Certificates, DSA keys, RSA keys under 2,048 bits and options are
// refused. Errors are *model.Error about the field "key".
func ParseKey(text string) (model.Key, error) {
	bad := func(why, hint string) (model.Key, error) {
		return model.Key{}, &model.Error{Kind: model.Invalid, Field: "key", Msg: "key " + why, Hint: hint}
	}
	const expected = `give the one line of a .pub file, such as "ssh-ed25519 AAAA… ana@laptop"`
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return bad("is missing", expected)
	case len(text) > maxKeyText:
		return bad(fmt.Sprintf("has more than %d bytes", maxKeyText), expected)
	case strings.Contains(text, "PRIVATE KEY"):
		return bad("is a private key, which must never leave its owner", "keep it secret and give the .pub file beside it")
	case strings.HasPrefix(text, "---- BEGIN SSH2"):
		return bad("is in the SSH2 form", "turn it into one line with: ssh-keygen -i -f FILE")
	case strings.HasPrefix(text, "SHA256:"):
		return bad("is a fingerprint", expected)
	case strings.ContainsAny(text, "\r\n"):
		return bad("has more than one line", "give one key at a time")
	}
	public, comment, options, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil {
		return bad("is not an SSH public key", expected)
	}
	if len(options) > 0 {
		return bad("has options before it, which have no meaning here", "begin with the type, such as ssh-ed25519")
	}
	kind := public.Type()
	if _, ok := public.(*ssh.Certificate); ok {
		return bad("is a certificate", "give the plain public key that it certifies")
	}
	if kind == "ssh-dss" {
		return bad("is a DSA key, which is too weak", "make a new one with: ssh-keygen -t ed25519")
	}
	if fields := strings.Fields(text); fields[0] != kind {
		return bad(fmt.Sprintf("says it is %q and is %s", model.Line(model.Truncate(fields[0], 40)), kind), expected)
	}
	if bits := rsaBits(public); bits > 0 && bits < minRSA {
		return bad(fmt.Sprintf("is an RSA key of %d bits, at least %d are needed", bits, minRSA), "make a new one with: ssh-keygen -t ed25519")
	}
	return model.Key{
		Fingerprint: ssh.FingerprintSHA256(public),
		Public:      strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))),
		Comment:     model.Truncate(model.Clean(comment), model.MaxName),
	}, nil
}

// rsaBits is the length of an RSA key, 0 for other keys.
func rsaBits(public ssh.PublicKey) int {
	inner, ok := public.(ssh.CryptoPublicKey)
	if !ok {
		return 0
	}
	key, ok := inner.CryptoPublicKey().(*rsa.PublicKey)
	if !ok {
		return 0
	}
	return key.N.BitLen()
}

// key is the public key in text, or, where text is "-" or empty, the one piped in.
func (s *session) key(text string) (model.Key, error) {
	if text = strings.TrimSpace(text); text != "" && text != "-" {
		return ParseKey(text)
	}
	if s.Width > 0 {
		s.complain("Paste the line of the .pub file, press enter, then ctrl+d:")
	}
	piped, err := io.ReadAll(io.LimitReader(s.In, maxKeyText+1)) // one more, so that ParseKey sees what is too long
	if err != nil {
		return model.Key{}, fmt.Errorf("read the key: %w", err)
	}
	return ParseKey(string(piped))
}

// pipedLines are as many lines of what is piped in, without the spaces around them.
func (s *session) pipedLines(n int) ([]string, error) {
	piped, err := io.ReadAll(io.LimitReader(s.In, maxKeyText))
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	var lines []string
	for line := range strings.Lines(string(piped)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) != n {
		return nil, model.Invalidf("stdin", "standard input holds %s, and %d must be piped in", model.Plural(int64(len(lines)), "line", "lines"), n)
	}
	return lines, nil
}

// joinKey puts a public key after --key together again that a shell has taken apart:
// `ssh HOST promoter add Bo --key "ssh-ed25519 AAAA… bo@laptop"` arrives without the
// quotes. The words up to the next flag are its comment.
func joinKey(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(out, args[i:]...)
		}
		value, inline := strings.CutPrefix(arg, "--key=")
		if arg == "--key" && i+1 < len(args) {
			i++
			value, inline = args[i], true
		}
		if !inline {
			out = append(out, arg)
			continue
		}
		if keyType(value) && i+1 < len(args) && strings.HasPrefix(args[i+1], "AAAA") {
			for i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
				i++
				value += " " + args[i]
			}
		}
		out = append(out, "--key="+value)
	}
	return out
}

func keyType(s string) bool {
	return !strings.Contains(s, " ") && (strings.HasPrefix(s, "ssh-") || strings.HasPrefix(s, "ecdsa-sha2-") || strings.HasPrefix(s, "sk-"))
}
