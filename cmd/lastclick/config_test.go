package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func TestConfig_EnvironmentFilesAndFlags_Merged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "database")
	db := filepath.Join(t.TempDir(), "other.db")
	if err := os.WriteFile(file, []byte(db+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"LASTCLICK_BASE_URL": "https://go.example", "LASTCLICK_HTTP": "127.0.0.1:1", "LASTCLICK_DATABASE_FILE": file,
		"LASTCLICK_TRUSTED_PROXY": "10.0.0.0/8, 192.0.2.7, ::ffff:198.51.100.0/120", "LASTCLICK_TLS_DOMAIN": "go.example, tickets.example.org", "LASTCLICK_ADMIN_KEY": "a\nb",
	}
	var c config
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.serveFlags(flags)
	if err := flags.Parse([]string{"--http", "127.0.0.1:2"}); err != nil {
		t.Fatal(err)
	}
	if err := environment(flags, func(name string) string { return env[name] }); err != nil {
		t.Fatal(err)
	}
	if err := c.validate(); err != nil {
		t.Fatal(err)
	}
	if c.baseURL != "https://go.example" || c.http != "127.0.0.1:2" || c.database != db || len(c.proxies) != 3 || c.proxies[2].String() != "198.51.100.0/24" || len(c.tls.domains) != 2 || len(c.adminKeys) != 2 {
		t.Errorf("%+v", c)
	}
}

// A duration has one unit in both forms of the log.
func TestLogger_Durations_AreSeconds(t *testing.T) {
	for format, want := range map[string]string{"text": " within=1.5\n", "json": `"within":1.5}`} {
		var out strings.Builder
		(&config{logFormat: format}).logger(&out).Info("stopping", "within", 1500*time.Millisecond)
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %s has no %s", format, &out, want)
		}
	}
}
