package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lastclick/model/testenv"
)

func TestOpenSSH_Commands_OutputAndExitCodes(t *testing.T) {
	testenv.Need(t, "ssh")
	p := serve(t)
	for _, c := range []struct {
		line           string
		status         int
		stdout, stderr string
	}{
		{"client add acme --name 'Acme Live' --url https://tickets.example/acme --json", 0, `"name":"Acme Live"`, ""},
		{"link add 'Ana Diaz' ana@example.com --code ana --no-mail", 0, "/ana", ""},
		{"link show ana --json", 0, `"name":"Ana Diaz"`, ""},
		{"link show ben", 1, "", `there is no link "ben"`},
		{"link shwo", 2, "", `did you mean "link show"?`},
	} {
		stdout, stderr, status := p.asOpenSSH(p.admin, c.line)
		if status != c.status || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || (stdout == "") != (c.stdout == "") || (stderr == "") != (c.stderr == "") {
			t.Errorf("%s: status %d\n%s%s", c.line, status, stdout, stderr)
		}
	}
}

// asOpenSSH runs a command as who, through the OpenSSH client.
func (p *platform) asOpenSSH(who identity, args ...string) (stdout, stderr string, status int) {
	p.t.Helper()
	program := testenv.Need(p.t, "ssh")[0]
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := p.openSSH(ctx, program, who, nil, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return out.String(), errOut.String(), exit.ExitCode()
	}
	if err != nil {
		p.t.Fatalf("ssh %q: %v", args, err)
	}
	return out.String(), errOut.String(), 0
}

// openSSH is the OpenSSH client with its flags, as who.
func (p *platform) openSSH(ctx context.Context, program string, who identity, flags []string, args ...string) *exec.Cmd {
	host, port, _ := net.SplitHostPort(p.ssh)
	full := append([]string{
		"-F", "/dev/null", "-i", who.path, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "StrictHostKeyChecking=no",
		"-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10", "-o", "BatchMode=yes",
	}, flags...)
	return exec.CommandContext(ctx, program, append(append(full, "-p", port, host), args...)...)
}
