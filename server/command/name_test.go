package command

import "testing"

func TestName_Arguments_CommandAlone(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"link add Ana ana@example.com --code ana", "link add"},
		{"--client acme link list", "link list"},
		{"link --client=acme code add ana ana10", "link code add"},
		{"link", "link"},
		{"link steal secret", "link"},
		{"stats --json", "stats"},
		{"hook add https://receiver.example/?token=secret", "hook add"},
		{"help promoter set", "help"},
		{"help secret", "help"},
		{"secret", ""},
		{"--token secret", ""},
		{"--client", ""},
		{"__complete link secret", ""},
		{"-- link", ""},
		{"", ""},
	} {
		if got := Name(words(c.line)); got != c.want {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
	}
}
