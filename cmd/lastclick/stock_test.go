package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/charmbracelet/bubbles/table"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/log"
	charm "github.com/charmbracelet/ssh"
	"github.com/charmbracelet/wish"
	"github.com/charmbracelet/wish/bubbletea"
	"github.com/muesli/termenv"
)

// The peer of BenchmarkConsoles: a console as the documentation of Wish and bubbles
// shows it. Every session has the numbers of 30 links pushed into it, formats them,
// sets the rows of its own table and lets Bubble Tea draw them.

const stockRows = 30

// stockLink is a row's numbers.
type stockLink struct {
	name                                                      string
	clicks, customers, fresh, orders, tickets, scanned, cents int
}

type stockChange []stockLink

type stockConsole struct {
	table table.Model
	total int
	style lipgloss.Style
}

func newStockConsole(r *lipgloss.Renderer, links []stockLink) *stockConsole {
	var columns []table.Column
	for i, title := range []string{"Link", "Clicks", "Customers", "New", "Orders", "Tickets", "Scanned", "Unscanned", "Face Value"} {
		width := 9
		if i == 0 || i == 8 {
			width = 16
		}
		columns = append(columns, table.Column{Title: title, Width: width})
	}
	styles := table.Styles{
		Header:   r.NewStyle().Bold(true).Padding(0, 1),
		Cell:     r.NewStyle().Padding(0, 1),
		Selected: r.NewStyle().Bold(true).Foreground(lipgloss.Color("212")),
	}
	c := &stockConsole{table: table.New(table.WithColumns(columns), table.WithFocused(true), table.WithHeight(stockRows+2), table.WithStyles(styles)), style: r.NewStyle().Bold(true)}
	c.show(links)
	return c
}

func (c *stockConsole) Init() tea.Cmd { return nil }

func (c *stockConsole) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case stockChange:
		c.show(msg)
		return c, nil
	case tea.KeyMsg:
		if msg.String() == "q" {
			return c, tea.Quit
		}
	}
	var cmd tea.Cmd
	c.table, cmd = c.table.Update(msg)
	return c, cmd
}

func (c *stockConsole) show(links []stockLink) {
	c.total = 0
	var rows []table.Row
	for _, l := range links {
		c.total += l.tickets
		rows = append(rows, table.Row{
			l.name, fmt.Sprint(l.clicks), fmt.Sprint(l.customers), fmt.Sprint(l.fresh), fmt.Sprint(l.orders),
			fmt.Sprint(l.tickets), fmt.Sprint(l.scanned), fmt.Sprint(l.tickets - l.scanned), fmt.Sprintf("GBP %d.%02d", l.cents/100, l.cents%100),
		})
	}
	c.table.SetRows(rows)
}

func (c *stockConsole) View() string {
	return lipgloss.JoinVertical(lipgloss.Left, c.style.Render(fmt.Sprintf("Link Tracking: %d tickets", c.total)), c.table.View())
}

// stockServer pushes each change into all sessions. A session has one place for the
// change that waits, so that a slow one holds up no other.
type stockServer struct {
	mu    sync.Mutex
	links []stockLink
	next  int
	open  map[chan stockChange]bool
}

func (s *stockServer) change() {
	s.mu.Lock()
	defer s.mu.Unlock()
	links := append([]stockLink(nil), s.links...)
	for range 3 {
		l := &links[s.next%len(links)]
		l.customers, l.fresh, l.orders, l.tickets, l.cents = l.customers+1, l.fresh+1, l.orders+1, l.tickets+1, l.cents+4500
		s.next++
	}
	s.links = links
	for ch := range s.open {
		select {
		case <-ch:
		default:
		}
		ch <- links
	}
}

func (s *stockServer) program(sess charm.Session) *tea.Program {
	pty, _, _ := sess.Pty()
	// Not MakeRenderer: it asks the terminal for its colour, and a client that does not
	// answer gets no frame.
	r := lipgloss.NewRenderer(sess)
	r.SetColorProfile(termenv.ANSI256)
	r.SetHasDarkBackground(true)
	ch := make(chan stockChange, 1)
	s.mu.Lock()
	s.open[ch] = true
	links := s.links
	s.mu.Unlock()
	_ = pty
	p := tea.NewProgram(newStockConsole(r, links), append(bubbletea.MakeOptions(sess), tea.WithAltScreen(), tea.WithoutSignalHandler())...)
	go func() {
		for {
			select {
			case links := <-ch:
				p.Send(links)
			case <-sess.Context().Done():
				s.mu.Lock()
				delete(s.open, ch)
				s.mu.Unlock()
				return
			}
		}
	}()
	return p
}

// stockMain is the program of the peer: it prints its addresses and runs until its
// standard input ends.
func stockMain() {
	log.SetDefault(log.New(io.Discard))
	s := &stockServer{open: map[chan stockChange]bool{}}
	for i := range stockRows {
		s.links = append(s.links, stockLink{name: fmt.Sprint("Influencer ", i), clicks: 3})
	}
	server, err := wish.NewServer(
		wish.WithAddress("127.0.0.1:0"), wish.WithHostKeyPath(os.Getenv("HOME")+"/host"),
		wish.WithPublicKeyAuth(func(charm.Context, charm.PublicKey) bool { return true }),
		wish.WithMiddleware(bubbletea.MiddlewareWithProgramHandler(s.program, termenv.Ascii)))
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	web, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/change", func(http.ResponseWriter, *http.Request) { s.change() })
	go func() { _ = http.Serve(web, nil) }()
	go func() { _ = server.Serve(l) }()
	fmt.Printf("ready http=%s ssh=%s\n", web.Addr(), l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}
