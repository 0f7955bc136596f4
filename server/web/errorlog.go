package web

import (
	"log"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"lastclick/model"
)

// errorLog passes on what an http.Server reports. Strangers cause most of it, so that there
// are few lines of it: a handshake that fails is any scanner's, and not worth one.
type errorLog struct {
	log    *slog.Logger
	others rate.Sometimes
}

func newErrorLog(l *slog.Logger) *log.Logger {
	return log.New(&errorLog{log: l, others: rate.Sometimes{First: 10, Interval: 10 * time.Second}}, "", 0)
}

// Write logs one report.
func (e *errorLog) Write(report []byte) (int, error) {
	text := model.Truncate(model.Line(strings.TrimSpace(string(report))), 2000)
	if strings.Contains(text, "TLS handshake error") {
		e.log.Debug("the HTTP server reports", "err", text)
	} else {
		e.others.Do(func() { e.log.Warn("the HTTP server reports", "err", text) })
	}
	return len(report), nil
}
