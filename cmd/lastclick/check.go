package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"lastclick/model"
)

func checkCommand(p *program) *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Recount every statistic from the facts and compare",
		Long: `Recount every sum from the orders, tickets, scans and clicks themselves, compare
it with what is kept, and check the integrity of the database. It changes nothing
and the daemon may run. Prints a line for each difference and exits with 1 if there
is any.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, err := p.openStore(cmd, &c)
			if err != nil {
				return err
			}
			defer store.Close()
			differences, err := store.Check(cmd.Context())
			if err != nil {
				return err
			}
			for _, d := range differences {
				fmt.Fprintln(p.out, d)
			}
			if slices.ContainsFunc(differences, func(d model.Difference) bool { return d.Cell == model.IntegrityCell }) {
				return errors.New("the file of the database is damaged: stop the daemon, and put a backup in its place: lastclick restore BACKUP")
			}
			if n := len(differences); n > 0 {
				return fmt.Errorf("%d sums differ from the facts: keep a backup and report it with these lines", n)
			}
			fmt.Fprintln(p.out, "every sum equals the recount of the facts, and the database passes its integrity check")
			return nil
		},
	}
	c.storeFlags(cmd.Flags())
	return cmd
}
