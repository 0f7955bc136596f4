package ssh

import "lastclick/server/internal/sshline"

// CommandLine is what a person types to reach the SSH server at its public address
// HOST:PORT, such as "ssh -p 2222 tickets.example". What else ssh needs, such as
// "-i KEYFILE", is in flags.
func CommandLine(address, flags string) string { return sshline.Format(address, flags) }
