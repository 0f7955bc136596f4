package ssh

import "lastclick/server/internal/sshline"

// CommandLine is what a person types to reach the SSH server at its public address
// HOST:PORT, such as "ssh -p 2222 tickets.example".
func CommandLine(address string) string { return sshline.Format(address, "") }
