package peer

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/table"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
)

// screen is the page in one session: a header line, the links by tickets, the total.
// On every change it makes all rows, as the examples of bubbles do.
type screen struct {
	table table.Model
	title lipgloss.Style
	total line
}

// columns are those of lastclick's page. With the gaps between them they fill 120
// cells.
var columns = []table.Column{
	{Title: "Link", Width: 22},
	{Title: "Event", Width: 10},
	{Title: "Clicks", Width: 7},
	{Title: "Cust.", Width: 7},
	{Title: "New", Width: 7},
	{Title: "Orders", Width: 7},
	{Title: "Tickets", Width: 7},
	{Title: "Scan.", Width: 7},
	{Title: "Unsc.", Width: 7},
	{Title: "Face Value", Width: 16},
}

func newScreen(r *lipgloss.Renderer, rows []line, width, height int) *screen {
	styles := table.DefaultStyles()
	styles.Header = r.NewStyle().Bold(true).Padding(0, 1)
	styles.Cell = r.NewStyle().Padding(0, 1)
	styles.Selected = r.NewStyle().Bold(true).Foreground(lipgloss.Color("212"))
	s := &screen{
		table: table.New(table.WithColumns(columns), table.WithStyles(styles), table.WithFocused(true),
			table.WithWidth(width), table.WithHeight(height-3)),
		title: r.NewStyle().Bold(true),
	}
	s.show(rows)
	return s
}

// Init starts nothing.
func (s *screen) Init() tea.Cmd { return nil }

// Update takes new numbers, keys and sizes.
func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case []line:
		s.show(msg)
		return s, nil
	case tea.WindowSizeMsg:
		s.table.SetWidth(msg.Width)
		s.table.SetHeight(msg.Height - 3)
	case tea.KeyMsg:
		if msg.String() == "q" {
			return s, tea.Quit
		}
	}
	var cmd tea.Cmd
	s.table, cmd = s.table.Update(msg)
	return s, cmd
}

// show makes the rows, the link with the most tickets first.
func (s *screen) show(links []line) {
	links = slices.SortedStableFunc(slices.Values(links), func(a, b line) int { return cmp.Compare(b.tickets, a.tickets) })
	s.total = line{code: "Total"}
	rows := make([]table.Row, len(links))
	for i, l := range links {
		rows[i] = cells(l)
		s.total.clicks += l.clicks
		s.total.customers += l.customers
		s.total.orders += l.orders
		s.total.tickets += l.tickets
		s.total.face += l.face
	}
	s.table.SetRows(rows)
}

func cells(l line) table.Row {
	return table.Row{
		l.code, "All events", fmt.Sprint(l.clicks), fmt.Sprint(l.customers), fmt.Sprint(l.customers), fmt.Sprint(l.orders),
		fmt.Sprint(l.tickets), "0", fmt.Sprint(l.tickets), fmt.Sprintf("GBP %d.%02d", l.face/100, l.face%100),
	}
}

// View draws the page.
func (s *screen) View() string {
	total := " "
	for i, cell := range cells(s.total) {
		total += fmt.Sprintf("%-*s  ", columns[i].Width, cell)
	}
	return lipgloss.JoinVertical(lipgloss.Left, s.title.Render("Live Stats › Marketing › Link Tracking"), s.table.View(), total)
}
