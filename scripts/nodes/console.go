//go:build linux

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hinshun/vt10x"
	"golang.org/x/crypto/ssh"

	"lastclick/scripts/stress/visit"
)

// Size of the console, and how often it is looked at.
const (
	consoleWidth  = 100
	consoleHeight = 30
	lookEvery     = 200 * time.Millisecond
)

// console is a promoter's open console, through HAProxy. When it is cut off it is opened
// again.
type console struct {
	mu    sync.Mutex
	usual map[string]bool // lines that stand there while all is well, without their numbers
	armed bool            // what is new is noted
	news  []string        // lines that were not there while all was well
	cuts  int
	opens int
}

// watch has a console open until ctx ends.
func (c *console) watch(ctx context.Context, of *cluster) {
	c.usual = map[string]bool{}
	for ctx.Err() == nil {
		err := c.session(ctx, of)
		c.mu.Lock()
		if err == nil && ctx.Err() == nil {
			c.cuts++
		}
		c.mu.Unlock()
		visit.Wait(ctx, time.Second)
	}
}

// session opens one and looks at it until it ends; an error where it does not open.
func (c *console) session(ctx context.Context, of *cluster) error {
	client, err := visit.Dial(ctx, of.entry("2222"), of.admin, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	shell, err := client.NewSession()
	if err != nil {
		return err
	}
	term := vt10x.New(vt10x.WithSize(consoleWidth, consoleHeight))
	shell.Stdout = term
	if _, err := shell.StdinPipe(); err != nil { // one whose input ends is one that was quit
		return err
	}
	if err := shell.RequestPty("xterm-256color", consoleHeight, consoleWidth, ssh.TerminalModes{}); err != nil {
		return err
	}
	if err := shell.Shell(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = shell.Wait()
		close(ended)
	}()
	c.mu.Lock()
	c.opens++
	c.mu.Unlock()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			_ = client.Close()
			<-ended
			return nil
		case <-ended:
			c.look(term.String())
			return nil
		case <-tick.C:
			c.look(term.String())
		}
	}
}

// look notes the lines of the screen that are new. Numbers change all the time.
func (c *console) look(screen string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for line := range strings.Lines(screen) {
		words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("0123456789.,£─│▏▎▍▌▋▊▉█ \n\t", r) })
		if plain := strings.Join(words, " "); plain != "" && !c.usual[plain] {
			c.usual[plain] = true
			if c.armed {
				c.news = append(c.news, strings.Join(strings.Fields(line), " "))
			}
		}
	}
}

// arm begins to note what is new.
func (c *console) arm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = true
}

// said is what stood on the screen that does not while all is well.
func (c *console) said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var parts []string
	for _, line := range c.news {
		const most = 100
		if len(line) > most {
			line = line[:most] + "…"
		}
		parts = append(parts, "“"+line+"”")
	}
	if c.cuts > 0 {
		parts = append(parts, fmt.Sprintf("cut off ×%d and opened again", c.cuts))
	}
	if len(parts) == 0 {
		return "goes on"
	}
	return strings.Join(slices.Compact(parts), ", ")
}
