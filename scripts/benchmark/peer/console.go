package peer

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/ssh"
	"github.com/charmbracelet/wish"
	wishtea "github.com/charmbracelet/wish/bubbletea"
	"github.com/muesli/termenv"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/scripts/benchmark/load"
)

// console serves the page of lastclick's links in the plain way: a Wish server, a
// Bubble Tea program for each session, the table of bubbles. It keeps its numbers in
// memory, trusts its orders and attributes them by their code. Every order is published
// to every session, and each session makes its own rows of it. It returns the handler
// that takes the orders, and the address of the SSH server.
func console(ctx context.Context, links int) (http.Handler, string, error) {
	key, err := newHostKey()
	if err != nil {
		return nil, "", err
	}
	b := newBoard(links)
	programs := func(s ssh.Session) *tea.Program {
		pty, _, _ := s.Pty()
		// Wish's own MakeRenderer asks the terminal for its colours and waits for the
		// answer, which a client without a terminal never gives.
		renderer := lipgloss.NewRenderer(s)
		renderer.SetColorProfile(termenv.ANSI256)
		renderer.SetHasDarkBackground(true)
		p := tea.NewProgram(newScreen(renderer, b.rows(), pty.Window.Width, pty.Window.Height),
			append(wishtea.MakeOptions(s), tea.WithAltScreen(), tea.WithoutSignalHandler())...)
		go b.follow(s.Context(), p)
		return p
	}
	server, err := wish.NewServer(
		wish.WithHostKeyPEM(key),
		wish.WithPublicKeyAuth(func(ssh.Context, ssh.PublicKey) bool { return true }),
		wish.WithMiddleware(wishtea.MiddlewareWithProgramHandler(programs, termenv.ANSI256)),
	)
	if err != nil {
		return nil, "", err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	go func() {
		if err := server.Serve(l); !errors.Is(err, ssh.ErrServerClosed) {
			panic(err) // the benchmark sees that the peer has ended
		}
	}()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return b.orders(), l.Addr().String(), nil
}

func newHostKey() ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := gossh.MarshalPrivateKey(private, "benchmark")
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(block), nil
}

// line is what one link brought.
type line struct {
	code                               string
	clicks, customers, orders, tickets int
	face                               int64 // minor units
}

// board is the numbers, and who follows them.
type board struct {
	mu        sync.Mutex
	links     []line
	byCode    map[string]int
	customers []map[string]bool // of each link
	followers map[chan []line]struct{}
}

func newBoard(links int) *board {
	b := &board{byCode: map[string]int{}, followers: map[chan []line]struct{}{}}
	for n := range links {
		b.byCode[load.Code(n)] = n
		b.links = append(b.links, line{code: load.Code(n)})
		b.customers = append(b.customers, map[string]bool{})
	}
	return b
}

// orders takes webhooks as lastclick's checkout does.
func (b *board) orders() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/{checkout}", func(w http.ResponseWriter, r *http.Request) {
		var o order
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := b.add(o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		writeAnswer(w, o)
	})
	return mux
}

// add counts the order and publishes the new numbers. A session that has not shown the
// last ones yet gets these in their place.
func (b *board) add(o order) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, ok := b.byCode[o.Data.Tracking.Code]
	if !ok {
		return fmt.Errorf("no link %q", o.Data.Tracking.Code)
	}
	l := &b.links[n]
	l.orders++
	if who := o.Data.Customer.ID; !b.customers[n][who] {
		b.customers[n][who] = true
		l.customers++
	}
	for _, t := range o.Data.Tickets {
		l.tickets++
		l.face += t.FaceValue
	}
	rows := append([]line(nil), b.links...)
	for f := range b.followers {
		select {
		case <-f:
		default:
		}
		f <- rows
	}
	return nil
}

func (b *board) rows() []line {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]line(nil), b.links...)
}

// follow sends the program all new numbers until its session ends.
func (b *board) follow(ctx context.Context, p *tea.Program) {
	f := make(chan []line, 1)
	b.mu.Lock()
	b.followers[f] = struct{}{}
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.followers, f)
		b.mu.Unlock()
	}()
	for {
		select {
		case rows := <-f:
			p.Send(rows)
		case <-ctx.Done():
			return
		}
	}
}
