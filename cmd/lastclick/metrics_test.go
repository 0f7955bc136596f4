package main

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// described are the names that a scrape has, as they are queried: a histogram is three.
func described(text string) map[string]bool {
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`).FindAllStringSubmatch(text, -1) {
		names[m[1]] = true
		if m[2] == "histogram" {
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				names[m[1]+suffix] = true
			}
		}
	}
	return names
}

// queried finds the metrics in expressions of Prometheus.
var queried = regexp.MustCompile(`\b(?:lastclick|process|go)_[a-z_]+`)

func TestMetrics_DashboardAndAlerts_NameWhatIsThere(t *testing.T) {
	p := serve(t)
	box := p.seed()
	_, screen := p.customerAndConsole()
	if status, answer := box.post("msg_1", orderBody("A-1", "", -1)); status != http.StatusUnprocessableEntity {
		t.Fatal(status, answer)
	}
	for name, want := range map[string]float64{
		`lastclick_ssh_sessions{kind="console"}`: 1, `lastclick_ssh_connections{who="person"}`: 1, `lastclick_inbox_items{state="refused"}`: 1,
		`lastclick_cache_entries{kind="link"}`: 1, `lastclick_cache_entries{kind="page"}`: 2, "lastclick_orders_ready": 1, "lastclick_commit_queue_length": 0,
	} {
		if got := p.metric(name); got != want {
			t.Errorf("%s is %v, not %v", name, got, want)
		}
	}
	screen.quit()
	if n := p.metric("lastclick_commit_operations_count"); n < 5 {
		t.Errorf("%v transactions", n)
	}

	names := described(p.scrape())
	names["lastclick_certificate_expires_timestamp_seconds"] = true // with HTTPS alone: tls_test.go
	for _, name := range []string{"lastclick_replica_reads_total", "lastclick_replica_in_use", "lastclick_replica_behind_seconds"} {
		names[name] = true // with --read-database alone: db's tests
	}
	shown := map[string]bool{}
	for _, file := range []string{"lastclick.json", "alerts.yml"} {
		raw, err := os.ReadFile("../../scripts/grafana/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".json") && !json.Valid(raw) {
			t.Errorf("%s is not JSON", file)
		}
		found := queried.FindAllString(string(raw), -1)
		for _, name := range found {
			shown[name] = true
			if !names[name] {
				t.Errorf("%s asks for %s, which the daemon does not have", file, name)
			}
		}
		if len(found) < 6 {
			t.Errorf("%s asks for %d metrics only", file, len(found))
		}
	}
	for name := range names {
		histogram := names[name+"_bucket"] // shown by its parts
		part := strings.HasSuffix(name, "_bucket") || strings.HasSuffix(name, "_sum") || strings.HasSuffix(name, "_count")
		if strings.HasPrefix(name, "lastclick_") && !part && !shown[name] && (!histogram || !shown[name+"_bucket"] && !shown[name+"_sum"]) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}
