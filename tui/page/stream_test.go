package page

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// streamed are the two commands of a stream, and what it has said.
type streamed struct {
	run, next tea.Cmd
	said      []string
	err       error
	ended     bool
}

func newStreamed(t *testing.T, call func(ctx context.Context, say func(string)) error) *streamed {
	t.Helper()
	g := &streamed{}
	s := &Session{Context: t.Context(), Log: slog.New(slog.DiscardHandler)}
	cmd := Stream(s, 7, time.Minute, call, func(v string) { g.said = append(g.said, v) }, func(err error) tea.Cmd {
		g.err, g.ended = err, true
		return nil
	})
	batch, ok := cmd().(tea.BatchMsg)
	if !ok || len(batch) != 2 {
		t.Fatalf("it begins with %T", cmd())
	}
	g.run, g.next = batch[0], batch[1]
	return g
}

// step takes what is said next into Update.
func (g *streamed) step(t *testing.T) {
	t.Helper()
	a, ok := g.next().(Answer)
	if !ok || a.Owner != 7 {
		t.Fatalf("%+v is no answer for the page", a)
	}
	g.next = a.Apply()
}

func TestStream_CallWaits_WhatItSaidIsThere(t *testing.T) {
	fault, go1 := errors.New("refused"), make(chan struct{})
	g := newStreamed(t, func(_ context.Context, say func(string)) error {
		say("first")
		<-go1
		say("second")
		return fault
	})
	ran := make(chan struct{})
	go func() { g.run(); close(ran) }()
	g.step(t)
	if fmt.Sprint(g.said, g.ended) != "[first] false" {
		t.Errorf("while the call waits there is %v, ended: %v", g.said, g.ended)
	}
	close(go1)
	g.step(t)
	g.step(t)
	<-ran
	if fmt.Sprint(g.said, g.ended) != "[first second] true" || !errors.Is(g.err, fault) || g.next != nil {
		t.Errorf("%v, ended: %v with %v", g.said, g.ended, g.err)
	}
}

func TestStream_CallPanics_EndsWithAnError(t *testing.T) {
	g := newStreamed(t, func(context.Context, func(string)) error { panic("broken") })
	g.run()
	g.step(t)
	if !g.ended || g.err == nil {
		t.Errorf("ended: %v with %v", g.ended, g.err)
	}
}
