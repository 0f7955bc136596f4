package sshline

import "testing"

func TestFormat_Address_IsTheCommandLine(t *testing.T) {
	for _, c := range []struct{ address, flags, want string }{
		{"tickets.example:2222", "", "ssh -p 2222 tickets.example"},
		{"tickets.example:22", "", "ssh tickets.example"},
		{"tickets.example", "", "ssh tickets.example"},
		{"192.0.2.1:2022", "", "ssh -p 2022 192.0.2.1"},

		{"[::1]:2222", "", "ssh -p 2222 ::1"},
		{"[::1]:22", "", "ssh ::1"},
		{"[2001:db8::1]", "", "ssh 2001:db8::1"},
		{"2001:db8::1", "", "ssh 2001:db8::1"},
		{"[fe80::1%eth0]:2222", "", "ssh -p 2222 fe80::1%eth0"},

		{"", "", "ssh HOST"},
		{":2222", "", "ssh -p 2222 HOST"},
		{":22", "", "ssh HOST"},
		{":", "", "ssh HOST"},
		{"tickets.example:", "", "ssh tickets.example"},
		{"[]:2222", "", "ssh -p 2222 HOST"},

		{"tickets.example:2222", "-t", "ssh -t -p 2222 tickets.example"},
		{"tickets.example:2222", "-t ", "ssh -t -p 2222 tickets.example"},
		{"tickets.example", "-i KEYFILE -o IdentitiesOnly=yes", "ssh -i KEYFILE -o IdentitiesOnly=yes tickets.example"},

		{"tick\x1bets\u202e.example:2222\n", "", "ssh -p 2222 tickets.example"},
		{" tickets.example:2222 ", "-t\x00", "ssh -t -p 2222 tickets.example"},
	} {
		if got := Format(c.address, c.flags); got != c.want {
			t.Errorf("%q with %q: %q, want %q", c.address, c.flags, got, c.want)
		}
	}
}
