package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"lastclick/model/testenv"
)

// scriptsDir is where the files of the Debian package are; scripts/release-test installs
// it, which takes minutes. What can be seen without that is tested here.
const scriptsDir = "../../scripts"

func readScript(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(scriptsDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPackage_EveryFile_IsThereAndIsInstalled(t *testing.T) {
	nfpm := readScript(t, "debian/nfpm.yaml")
	for _, m := range regexp.MustCompile(`(?m)(?:src|postinstall|preremove|postremove): (\S+)`).FindAllStringSubmatch(nfpm, -1) {
		if strings.HasPrefix(m[1], "package/") || strings.HasPrefix(m[1], "$") {
			continue // scripts/release makes it
		}
		if _, err := os.Stat(filepath.Join("../..", m[1])); err != nil {
			t.Errorf("nfpm.yaml names a file that is not there: %v", err)
		}
	}
	units, err := filepath.Glob(filepath.Join(scriptsDir, "systemd", "*"))
	if err != nil || len(units) < 4 {
		t.Fatalf("units: %q %v", units, err)
	}
	for _, unit := range units {
		if !strings.Contains(nfpm, "dst: /lib/systemd/system/"+filepath.Base(unit)) {
			t.Errorf("%s is not in the package", unit)
		}
		if strings.HasSuffix(unit, ".socket") && !strings.Contains(readScript(t, "debian/prerm"), filepath.Base(unit)) {
			t.Errorf("%s is not stopped when the package is removed", unit)
		}
	}
	for _, script := range []string{"debian/postinst", "debian/prerm", "debian/postrm"} {
		if out, err := exec.CommandContext(t.Context(), "sh", "-n", filepath.Join(scriptsDir, script)).CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", script, err, out)
		}
	}
}

// A setting with a wrong name would be ignored without a word.
func TestPackage_Settings_AreFlagsOfServe(t *testing.T) {
	var c config
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.serveFlags(flags)
	var names []string
	flags.VisitAll(func(f *pflag.Flag) {
		names = append(names, envName(f.Name))
		if secrets[f.Name] {
			names = append(names, envName(f.Name)+"_FILE")
		}
	})
	for _, file := range []string{"debian/lastclick.env", "systemd/lastclick.service", "Dockerfile"} {
		found := regexp.MustCompile(`LASTCLICK_[A-Z_]*[A-Z]=`).FindAllString(readScript(t, file), -1)
		if len(found) == 0 {
			t.Errorf("%s sets nothing", file)
		}
		for _, name := range found {
			if name = strings.TrimSuffix(name, "="); !slices.Contains(names, name) {
				t.Errorf("%s sets %s, which no flag of serve reads", file, name)
			}
		}
	}
}

// maxExposure is what systemd-analyze security may say of the unit, in tenths. What is left
// is the network: that it has one, with any address.
const maxExposure = 11

func TestPackage_Units_VerifyAndHardened(t *testing.T) {
	testenv.Need(t, "systemd-analyze")
	dir := t.TempDir()
	units, err := filepath.Glob(filepath.Join(scriptsDir, "systemd", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var copies []string
	for _, unit := range units {
		// The program is not installed here; any other will do.
		text := strings.ReplaceAll(readScript(t, filepath.Join("systemd", filepath.Base(unit))), "/usr/bin/lastclick", os.Args[0])
		text = strings.ReplaceAll(text, "/bin/kill", os.Args[0])
		copies = append(copies, filepath.Join(dir, filepath.Base(unit)))
		if err := os.WriteFile(copies[len(copies)-1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "systemd-analyze", append([]string{"verify", "--man=no"}, copies...)...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--no-pager", "--offline=true", filepath.Join(dir, "lastclick.service")).CombinedOutput()
	if err != nil {
		t.Fatalf("systemd-analyze security: %v\n%s", err, out)
	}
	m := regexp.MustCompile(`exposure level for lastclick.service: (\d+)\.(\d)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("systemd-analyze security says no exposure:\n%s", out)
	}
	if n, err := strconv.Atoi(string(m[1]) + string(m[2])); err != nil || n > maxExposure {
		t.Errorf("exposure is %s.%s, which must be at most %d.%d:\n%s", m[1], m[2], maxExposure/10, maxExposure%10, out)
	}
}
