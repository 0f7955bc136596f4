package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// completionCommand stands for cobra's own, whose help says less about where a script
// belongs.
func completionCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print a script that completes commands and flags in your shell",
		Long: `Print a script for bash, zsh or fish, which then completes the commands of lastclick
and their flags with the Tab key. The Debian package installs all three.`,
		Example: `  lastclick completion bash > ~/.local/share/bash-completion/completions/lastclick
  lastclick completion zsh > "${fpath[1]}/_lastclick"
  lastclick completion fish > ~/.config/fish/completions/lastclick.fish`,
		Args:                  exactArgs(1),
		ValidArgs:             []string{"bash", "zsh", "fish"},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(p.out, true)
			case "zsh":
				return root.GenZshCompletion(p.out)
			case "fish":
				return root.GenFishCompletion(p.out, true)
			}
			return usageError{fmt.Errorf("there is no completion for %q: bash, zsh or fish", args[0])}
		},
	}
}

// completeFlags has the shell complete the values of flags: words where there are few,
// folders for a flag that takes one. All else is completed as a file.
func completeFlags(root *cobra.Command) {
	words := map[string][]string{"log-format": {"text", "json"}, "log-level": {"debug", "info", "warn", "error"}}
	for _, cmd := range root.Commands() {
		for flag, values := range words {
			if cmd.Flags().Lookup(flag) != nil {
				_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // the flag is there, once
			}
		}
		if cmd.Flags().Lookup("data") != nil {
			_ = cmd.MarkFlagDirname("data")
		}
	}
}
