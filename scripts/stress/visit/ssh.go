package visit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// Dial signs in at a daemon, from an address or, nil, the system's choice.
func Dial(ctx context.Context, address string, key ssh.Signer, source net.Addr) (*ssh.Client, error) {
	const patience = 20 * time.Second
	tcp, err := (&net.Dialer{LocalAddr: source, Timeout: patience}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	_ = tcp.SetDeadline(time.Now().Add(patience))
	c, channels, requests, err := ssh.NewClientConn(tcp, address, &ssh.ClientConfig{
		User: "stress", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		_ = tcp.Close()
		return nil, err
	}
	_ = tcp.SetDeadline(time.Time{})
	return ssh.NewClient(c, channels, requests), nil
}

// Command runs a command over SSH and returns what it printed.
func Command(c *ssh.Client, line string) (string, error) {
	session, err := c.NewSession()
	if err != nil {
		return "", err
	}
	defer session.Close()
	var out, said bytes.Buffer
	session.Stdout, session.Stderr = &out, &said
	if err := session.Run(line); err != nil {
		return out.String(), &Refusal{Line: line, Said: strings.TrimSpace(said.String()), Err: err}
	}
	return out.String(), nil
}

// Refusal is a command over SSH that failed.
type Refusal struct {
	Line, Said string
	Err        error
}

func (r *Refusal) Error() string { return fmt.Sprintf("ssh %s: %v: %s", r.Line, r.Err, r.Said) }
func (r *Refusal) Unwrap() error { return r.Err }

// Ask signs in at a daemon, runs one command there and returns what it printed, and "ok" or
// how it failed.
func Ask(ctx context.Context, address string, key ssh.Signer, source net.Addr, line string) (out, answer string) {
	c, err := Dial(ctx, address, key, source)
	if err != nil {
		return "", NoAnswer
	}
	defer c.Close()
	out, err = Command(c, line)
	if err == nil {
		return out, "ok"
	}
	if r, ok := errors.AsType[*Refusal](err); ok {
		return out, "refused: " + firstSentence(r.Said, r.Err)
	}
	return out, "refused"
}

// firstSentence is the beginning of what was said, or that the session was cut off.
func firstSentence(said string, err error) string {
	if _, cut := errors.AsType[*ssh.ExitMissingError](err); cut {
		return "cut off"
	}
	line, _, _ := strings.Cut(said, "\n")
	line, _, _ = strings.Cut(line, ". ")
	if len(line) > 90 {
		line = line[:90] + "…"
	}
	return line
}
