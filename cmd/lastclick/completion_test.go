package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Each shell that is installed reads its script without a complaint, and what the script
// asks the program for is there. The one for bash completes in a real bash.
func TestCompletion_EachShell_ScriptIsValidAndCompletes(t *testing.T) {
	p := &platform{t: t}
	dir := t.TempDir()
	scripts := map[string]string{}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		out, status := p.local("completion", shell)
		if status != 0 || !strings.Contains(out, "__complete") {
			t.Fatalf("completion %s: %d %.200s", shell, status, out)
		}
		scripts[shell] = filepath.Join(dir, shell)
		if err := os.WriteFile(scripts[shell], []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := exec.LookPath(shell); err != nil && shell != "bash" {
			continue
		}
		if out, err := exec.CommandContext(t.Context(), shell, "-n", scripts[shell]).CombinedOutput(); err != nil {
			t.Errorf("%s -n: %v %s", shell, err, out)
		}
	}
	for _, args := range [][]string{{"completion"}, {"completion", "tcsh"}, {"completion", "bash", "zsh"}} {
		if out, status := p.local(args...); status != 2 || !strings.Contains(out, "lastclick: ") {
			t.Errorf("%q: %d %s", args, status, out)
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"se"}, "serve\t"},
		{[]string{"completion", ""}, "fish\n"},
		{[]string{"serve", "--log-l"}, "--log-level\t"},
		{[]string{"serve", "--log-level", ""}, "debug\ninfo\nwarn\nerror\n:4\n"},
		{[]string{"serve", "--data", ""}, ":16\n"}, // folders
	} {
		if out, status := p.local(append([]string{"__complete"}, c.args...)...); status != 0 || !strings.Contains(out, c.want) {
			t.Errorf("complete %q: %d %s", c.args, status, out)
		}
	}
	completeInBash(t, dir, scripts["bash"])
}

// completeInBash has bash complete "lastclick rest" with the script.
func completeInBash(t *testing.T, dir, script string) {
	t.Helper()
	program := filepath.Join(dir, "lastclick")
	if err := os.Symlink(os.Args[0], program); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "--norc", "-c", `
		_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}; }
		__ltrim_colon_completions() { :; }
		. "$1"
		COMP_WORDS=(lastclick rest) COMP_CWORD=1 COMP_LINE='lastclick rest' COMP_POINT=14 COMP_TYPE=9
		__start_lastclick
		printf '<%s>' "${COMPREPLY[@]}"`, "bash", script)
	cmd.Env = []string{asProgram + "=1", "HOME=" + dir, "PATH=" + dir + ":" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "<restore>") && !strings.Contains(string(out), "<restore >") {
		t.Errorf("bash completes %q (%v)", out, err)
	}
}
