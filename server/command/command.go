package command

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/spf13/cobra"

	"lastclick/model"
	"lastclick/server/internal/sshline"
)

// Exit codes of Run.
const (
	exitDone   = 0
	exitFailed = 1 // refused or failed, with a sentence on Err
	exitUsage  = 2 // not a command, or not its arguments
)

// Env is what one call runs with. Store, Actor and Out must be set.
type Env struct {
	Store     Store
	Actor     model.Actor // from the proved key; Client may be empty for an admin
	In        io.Reader
	Out, Err  io.Writer
	Width     int                // of the terminal in columns; 0: not a terminal
	TTY       bool               // In is a terminal's, whose keys nobody else echoes
	Renderer  *lipgloss.Renderer // nil: plain text
	Connector Connector          // nil: no checkout can be tried, and no guide is known
	Address   string             // public HOST:PORT of the SSH server, for the examples in help
	SSHFlags  string             // what else ssh needs to reach it, such as "-i KEY"; the demo's
	// MailsToFiles says that there is no mail server: mails become files, and reach no one.
	MailsToFiles bool
	Now          func() time.Time
	Hooks        HookSender // nil: none is sent from here
	HostKeys     HostKeys   // nil: no SSH server is behind this
	// Importing bounds how many imports run at once, each of which holds its file: what its
	// buffer takes. Nil: no bound.
	Importing chan struct{}
	// Fault logs an internal error and returns the id of the entry, which the person
	// is shown instead. Nil: no id.
	Fault func(error) string
	// Failed is told why the command failed, for the log: the kind of the error, and the field
	// that it is about. Never its sentence, which repeats what was entered. Nil: not told.
	Failed func(reason string)
}

// Run runs the command that args name, and returns the exit code: 0 done, 1 refused
// or failed with a sentence on Err, 2 wrong usage. It ends once ctx does.
func Run(ctx context.Context, env Env, args []string) int {
	s := newSession(env)
	root := s.root()
	if len(args) > 0 && strings.HasPrefix(args[0], "__") {
		return s.exit(ctx, root, s.unknown(root, args)) // cobra's own, for shells that complete
	}
	// Never nil, or cobra would read the daemon's own arguments.
	root.SetArgs(append([]string{}, joinKey(args)...))
	ctx, age := model.WithAge(ctx)
	cmd, err := root.ExecuteContextC(ctx)
	code := s.exit(ctx, cmd, err)
	s.sayAge(age.AsOf())
	return code
}

// sayAge says on Err, where programs do not read, how old the answer is. Zero: it is not.
func (s *session) sayAge(asOf time.Time) {
	if asOf.IsZero() {
		return
	}
	s.complain(fmt.Sprintf("Note: this is as of %s UTC, %s ago. It was read from a replica, which does not have the sales since then yet.",
		asOf.UTC().Format(time.TimeOnly), max(0, s.Now().Sub(asOf)).Round(time.Second)))
}

// session is one call.
type session struct {
	Env
	client    string // --client
	json, csv bool
	leaves    []*cobra.Command // in the order of help
	roles     map[*cobra.Command]model.Role
}

func newSession(env Env) *session {
	if env.In == nil {
		env.In = strings.NewReader("")
	}
	if env.Err == nil {
		env.Err = io.Discard
	}
	if env.Now == nil {
		env.Now = time.Now
	}
	return &session{Env: env, roles: map[*cobra.Command]model.Role{}}
}

// root is the tree of all commands.
func (s *session) root() *cobra.Command {
	root := &cobra.Command{
		Use:                "lastclick",
		Short:              "Tracking links for ticketed events: who brought the sale.",
		SilenceErrors:      true,
		SilenceUsage:       true,
		CompletionOptions:  cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:               cobra.ArbitraryArgs,
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true}, // the unknown command is what to complain about
		RunE:               s.unknown,
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetHelpFunc(s.printHelp)
	root.SetFlagErrorFunc(flagError)
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.StringVar(&s.client, "client", "", "work on the client `SLUG`; may be left out where there is one")
	flags.BoolVar(&s.json, "json", false, "print one line of JSON, for programs")
	if !s.Actor.Can(model.Admin) {
		flags.Lookup("client").Hidden = true
	}
	// The order is the order of help: what is used most stands first.
	root.AddCommand(
		s.links(), s.stats(), s.statement(), s.orders(), s.scans(), s.export(), s.events(), s.promoters(), s.keys(),
		s.clients(), s.checkouts(), s.hooks(), s.inbox(), s.reports(), s.customers(), s.privacy(), s.receiptKeys(), s.hostKeys(), s.audit(), s.theme(), s.consoleKeys(), s.whoami(), s.plain(),
	)
	root.SetHelpCommand(s.helpCommand())
	return root
}

// spec is what a command is.
type spec struct {
	use      string // "add NAME EMAIL": the name and its arguments, [optional] ones last
	short    string // one sentence
	more     string // what else its reader needs to know
	examples []string
	role     model.Role // who may use it; empty: all who are signed in
	lists    bool       // it takes --csv
	many     bool       // more words than arguments are named, such as a name of two words
	run      func(ctx context.Context, args []string) error
	as       func(ctx context.Context, a model.Actor, args []string) error // instead of run: with the client that --client names
}

// leaf is a command that does something.
func (s *session) leaf(p spec) *cobra.Command {
	c := &cobra.Command{
		Use:     p.use,
		Short:   p.short,
		Long:    p.more,
		Example: strings.Join(p.examples, "\n"),
		Hidden:  p.role != "" && !s.Actor.Can(p.role),
		Args:    cobra.ArbitraryArgs,
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		if p.role != "" {
			if err := s.Actor.Require(p.role); err != nil {
				return err
			}
		}
		if err := checkUsage(s, c, p, args); err != nil {
			return err
		}
		if p.as == nil {
			return p.run(c.Context(), args)
		}
		a, err := s.actor(c.Context())
		if err != nil {
			return err
		}
		return p.as(c.Context(), a, args)
	}
	c.Flags().SortFlags = false
	s.leaves = append(s.leaves, c)
	s.roles[c] = p.role
	if p.lists {
		c.Flags().BoolVar(&s.csv, "csv", false, "print CSV, for spreadsheets")
	}
	return c
}

// group is a noun: commands that share their first word.
func (s *session) group(name, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use:                name,
		Short:              short,
		Hidden:             true,
		Args:               cobra.ArbitraryArgs,
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true},
		RunE:               s.unknown,
	}
	c.AddCommand(commands...)
	for _, sub := range commands {
		c.Hidden = c.Hidden && sub.Hidden
	}
	return c
}

// actor is the signed-in person, working on the client that --client names.
func (s *session) actor(ctx context.Context) (model.Actor, error) {
	return s.Store.Choose(ctx, s.Actor, slug(s.client))
}

// slug is a slug as a person typed it, folded: slugs are in lower case.
func slug(word string) string { return strings.ToLower(strings.TrimSpace(word)) }

// ssh is the start of the command line that reaches this server, with a space at its
// end: "ssh -p 2222 tickets.example ".
func (s *session) ssh() string { return sshline.Format(s.Address, s.SSHFlags) + " " }
