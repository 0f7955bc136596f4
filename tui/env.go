package tui

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"lastclick/model"
)

// env is what every page of one session shares. Only Update touches it; commands
// take the values they need when they are made.
type env struct {
	ctx     context.Context
	store   model.Store
	actor   model.Actor
	copy    func(string)
	now     func() time.Time
	address string
	ink     styles
	mark    marks
	log     *slog.Logger

	// wait lasts for d, and says false when ctx ended first.
	wait func(ctx context.Context, d time.Duration) bool

	lastOwner int64
}

func newEnv(o Options) *env {
	e := &env{
		ctx: o.Context, store: o.Store, actor: o.Actor, copy: o.Copy, now: o.Now,
		address: o.Address, wait: wait, mark: unicodeMarks, log: o.Log,
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.ctx == nil {
		e.ctx = context.Background()
	}
	if e.now == nil {
		e.now = time.Now
	}
	if o.Renderer == nil {
		o.Renderer = lipgloss.NewRenderer(io.Discard)
	}
	e.ink = newStyles(o.Renderer)
	if o.ASCII {
		e.mark = asciiMarks
	}
	return e
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// caught logs what a command panicked with, and where; nil is no panic.
func (e *env) caught(panicked any) bool {
	if panicked == nil {
		return false
	}
	e.log.Error("the console met a fault of its own", "panic", clean(fmt.Sprint(panicked)), "stack", string(debug.Stack()))
	return true
}

// newOwner is a number that answers come home by, unique in the session.
func (e *env) newOwner() int64 {
	e.lastOwner++
	return e.lastOwner
}

// later sends msg after d, unless the session ends before.
func (e *env) later(d time.Duration, msg tea.Msg) tea.Cmd {
	ctx, wait := e.ctx, e.wait
	return func() tea.Msg {
		if !wait(ctx, d) {
			return nil
		}
		return msg
	}
}

// copied sends text to the person's clipboard and says so as what: "Shortlink".
func (e *env) copied(what, text string) tea.Cmd {
	if e.copy == nil {
		return say(warning, "This terminal cannot be sent a clipboard: select "+text)
	}
	return tea.Batch(e.clip(text), say(success, what+" copied: "+text))
}

// clip sends text to the person's clipboard.
func (e *env) clip(text string) tea.Cmd {
	copy := e.copy
	return func() tea.Msg {
		copy(text)
		return nil
	}
}

// command is how a shell asks for the same as a page shows: "ssh -p 2222 HOST stats".
func (e *env) command(args string) string {
	args = clean(args)
	if e.actor.Role == model.Admin && e.actor.Client != "" && !ofPlatform(args) {
		args += " --client " + clean(e.actor.Client)
	}
	return e.connect() + " " + args
}

// ofPlatform says whether a command is about the platform, and so about no client.
func ofPlatform(args string) bool {
	what, _, _ := strings.Cut(args, " ")
	return what == "client" || what == "checkout" || what == "inbox"
}

// connect is how a shell reaches this server.
func (e *env) connect() string {
	host, port, err := net.SplitHostPort(e.address)
	switch {
	case err != nil || host == "":
		return "ssh HOST"
	case port == "22":
		return "ssh " + clean(host)
	}
	return "ssh -p " + clean(port) + " " + clean(host)
}
