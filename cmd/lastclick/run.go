package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// Exit statuses.
const (
	done    = 0
	failed  = 1
	misused = 2
)

// program is the part of the process that subcommands use.
type program struct {
	getenv   func(string) string
	in       io.Reader
	out, err io.Writer
}

// run is the whole program: tests call it as main does. It returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, in io.Reader, out, errOut io.Writer) int {
	// The first signal asks for an orderly stop. Then the default is in force again,
	// so that a second one ends the process at once.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)()

	p := &program{getenv, in, out, errOut}
	root := &cobra.Command{
		Use:   "lastclick",
		Short: "Tracking links for ticketed events, used from any terminal",
		Long: `lastclick credits every ticket to the last tracking link its buyer clicked.
One daemon redirects the clicks, takes signed orders from your checkout, and
shows the live numbers to promoters who sign in with ssh.

Try it:      lastclick demo
Run it:      lastclick serve --data /var/lib/lastclick --base-url https://go.example.com
Use it:      ssh -p 2222 localhost help`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no command %q", model.Clean(args[0]))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			_ = cmd.Help()
			return usageError{errors.New("name a command, such as serve or demo")}
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(serveCommand(p), demoCommand(p), backupCommand(p), restoreCommand(p), migrateToCommand(p), checkCommand(p), doctorCommand(p), healthCommand(p), completionCommand(p), versionCommand(p))
	completeFlags(root)

	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return done
	}
	fmt.Fprintf(errOut, "lastclick: %s\n", sentence(err))
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(errOut, "See: %s --help\n", cmd.CommandPath())
		return misused
	}
	return failed
}

// usageError is a fault in the command line.
type usageError struct{ error }

// exactArgs wants n arguments.
func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(cmd, args); err != nil {
			return usageError{fmt.Errorf("%s takes %d arguments, not %d", strings.Fields(cmd.Use)[0], n, len(args))}
		}
		return nil
	}
}

// sentence is an error on one line, with its cause, which nothing else tells the person
// who runs the program. Several errors were joined by line breaks.
func sentence(err error) string {
	return model.Line(strings.ReplaceAll(err.Error(), "\n", "; "))
}
