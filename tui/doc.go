// Package tui is the console that a promoter meets over SSH: Live Stats ›
// Marketing › Link Tracking and the pages behind it.
//
// It draws model types and calls a model.Store; of sockets, sessions and SQL it
// knows nothing. What a session has of its own (size, colours, clock, clipboard,
// who acts) comes in through Options, so that many consoles run in one process.
//
// Three rules keep it honest:
//
//   - Text from outside reaches the screen through cell and nothing else.
//   - Update never waits: whatever waits is a command that hangs on the session's
//     context, has a time limit and catches its own panics (load.go, live.go).
//   - Update draws the frame, View only hands it out: View changes nothing.
//
// Styles come from the session's renderer alone; the defaults of bubbles and
// lipgloss belong to the daemon's own terminal. Fields and tables are drawn here
// for that reason, and because bubbles/table takes 8 ms for a key on 10,000 rows
// and bubbles/textinput pastes the server's clipboard; charts, because ntcharts takes 15 ms
// for one. rsc.io/qr draws QR codes.
package tui
