package process

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
)

// Scrape returns the values that Prometheus would read, those without labels.
func (a Addresses) Scrape(ctx context.Context) (map[string]float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.Metrics+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	values := map[string]float64{}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if f, err := strconv.ParseFloat(value, 64); err == nil && !strings.ContainsAny(name, "{#") {
			values[name] = f
		}
	}
	return values, lines.Err()
}
