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

// environ is the variables of a session. It reads as termenv.Environ.
type environ []string

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

// allowed are the variables that say something about the terminal; LC_* too.
var allowed = []string{"TERM", "LANG", "NO_COLOR", "COLORTERM", "COLORFGBG"}

// allowedVariable says whether the variable of an env request (RFC 4254 §6.4) is taken.
func allowedVariable(payload []byte) bool {
	var m struct{ Name, Value string }
	if gossh.Unmarshal(payload, &m) != nil || len(m.Name) > 32 || len(m.Value) > maxEnvValue || strings.Contains(m.Name, "=") {
		return false
	}
	return slices.Contains(allowed, m.Name) || strings.HasPrefix(m.Name, "LC_")
}

// boundTerminal bounds what a pty-req (§6.2) says, or is false. The terminal's modes
// are left out, for there is no line discipline on this side.
func (s *session) boundTerminal(r *gossh.Request) bool {
	var m struct {
		Term                         string
		Width, Height, Pixels, Lines uint32
		Modes                        string
	}
	if gossh.Unmarshal(r.Payload, &m) != nil || len(m.Term) > maxEnvValue {
		return false
	}
	m.Width, m.Height = s.setSize(m.Width, m.Height)
	m.Modes = ""
	r.Payload = gossh.Marshal(m)
	return true
}

// boundSize bounds what a window-change (§6.7) says, or is false.
func (s *session) boundSize(r *gossh.Request) bool {
	var m struct{ Width, Height, Pixels, Lines uint32 }
	if gossh.Unmarshal(r.Payload, &m) != nil {
		return false
	}
	m.Width, m.Height = s.setSize(m.Width, m.Height)
	r.Payload = gossh.Marshal(m)
	return true
}

// setSize bounds the size of the client's window, in cells, and notes it.
func (s *session) setSize(width, height uint32) (w, h uint32) {
	w, h = min(width, maxWidth), min(height, maxHeight)
	if w == 0 || h == 0 { // what a client without a window of its own says
		w, h = 80, 24
	}
	s.size.Store(uint64(w)<<32 | uint64(h))
	return w, h
}

// window is the latest size in cells.
func (s *session) window() (width, height int) {
	v := s.size.Load()
	return int(v >> 32), int(v & 0xffffffff)
}
