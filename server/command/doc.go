// Package command runs `ssh HOST <command>`: one command of a signed-in person,
// from the words they sent to an exit code, over readers and writers. It knows no
// socket and no SSH, so it is tested on buffers.
//
// Each call builds a fresh cobra tree, for a tree holds the flags of one call; cobra
// parses and suggests, while help, usage faults and errors are written here. There is
// one file for each noun, with its commands beside one another. A command hands back
// an answer (for programs, for spreadsheets, for people) and the session writes the
// one that was asked for, whole: a command that fails has printed nothing. The one exception is
// export, which streams.
//
// Foreign text meets one function on its way out: cell for people, csvCell for
// spreadsheets, escapeHidden for JSON.
package command
