package ssh

import (
	"slices"
	"strings"

	gossh "golang.org/x/crypto/ssh"
)

// Bounds on what a client says about its terminal.
const (
	maxEnv      = 24
	maxEnvValue = 128
	maxWidth    = 1000 // cells; a screen is drawn this large in memory
	maxHeight   = 500
)

// environ is the variables that a client sent. It reads as termenv.Environ.
type environ []string

// allowed are the variables that say something about the terminal; LC_* too.
var allowed = []string{"TERM", "LANG", "NO_COLOR", "COLORTERM", "COLORFGBG"}

// set takes an env request (RFC 4254 §6.4), or refuses it.
func (e *environ) set(payload []byte) bool {
	var m struct{ Name, Value string }
	if gossh.Unmarshal(payload, &m) != nil || len(*e) >= maxEnv || len(m.Name) > 32 || len(m.Value) > maxEnvValue {
		return false
	}
	if !slices.Contains(allowed, m.Name) && !strings.HasPrefix(m.Name, "LC_") || strings.Contains(m.Name, "=") {
		return false
	}
	*e = append(*e, m.Name+"="+m.Value)
	return true
}

// Environ is every variable as NAME=value.
func (e environ) Environ() []string { return e }

// Getenv is the last value of the variable, or empty.
func (e environ) Getenv(name string) string {
	for _, v := range slices.Backward(e) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}
