// Package sshline writes the command line that signs in to this server, as mails, help and
// error texts show it, and makes words of those that come in.
package sshline

import (
	"net"
	"strings"

	"lastclick/model"
)

// placeholder stands for a host that is not known.
const placeholder = "HOST"

// Format returns the command line for the public address HOST:PORT, such as
// "ssh -p 2222 tickets.example". What else ssh needs, such as "-t" or
// "-i KEYFILE", is in flags and comes first.
//
// Port 22 and an address without a port need no -p. The brackets of an IPv6 address
// are left out, for ssh takes it bare. An address without a host gets the placeholder HOST.
// Both texts are cleaned, so that the line is safe in a sentence; it is not quoted
// for a shell.
func Format(address, flags string) string {
	address = model.Clean(address)
	host, port, err := net.SplitHostPort(address)
	if err != nil { // no port: a name, an IPv4 address, or one of IPv6 with or without brackets
		host, port = strings.TrimSuffix(strings.TrimPrefix(address, "["), "]"), ""
	}
	words := []string{"ssh"}
	if flags = model.Clean(flags); flags != "" {
		words = append(words, flags)
	}
	if port != "" && port != "22" {
		words = append(words, "-p", port)
	}
	if host == "" {
		host = placeholder
	}
	return strings.Join(append(words, host), " ")
}
