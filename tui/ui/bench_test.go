package ui

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/list"
	"github.com/charmbracelet/bubbles/table"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
)

// These benchmarks are why some of bubbles and lipgloss is not used: each pair does the
// same work in one run.

const benchRows = 10_000

func down() tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyDown} }

// BenchmarkTable is a key in a table of 10,000 rows, and the frame after it.
func BenchmarkTable(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		t := itemTable()
		items := make([]item, benchRows)
		for i := range items {
			items[i] = item{fmt.Sprintf("Person %d", i), i, nil}
		}
		show(t, items...)
		text(t, 80, 20)
		b.ReportAllocs()
		for b.Loop() {
			t.Move(1)
			text(t, 80, 20)
		}
	})
	b.Run("bubbles", func(b *testing.B) {
		rows := make([]table.Row, benchRows)
		for i := range rows {
			rows[i] = table.Row{fmt.Sprintf("Person %d", i), fmt.Sprint(i)}
		}
		m := table.New(table.WithColumns([]table.Column{{Title: "Name", Width: 40}, {Title: "Number", Width: 20}}), table.WithRows(rows), table.WithHeight(20), table.WithFocused(true))
		b.ReportAllocs()
		for b.Loop() {
			m, _ = m.Update(down())
			_ = m.View()
		}
	})
}

type listItem string

func (i listItem) FilterValue() string { return string(i) }
func (i listItem) Title() string       { return string(i) }
func (i listItem) Description() string { return "note" }

// BenchmarkPicker is a key in a list of 500 choices, and the frame after it.
func BenchmarkPicker(b *testing.B) {
	const choices = 500
	b.Run("ours", func(b *testing.B) {
		items := make([]Choice, choices)
		for i := range items {
			items[i] = Choice{Title: fmt.Sprintf("Event %d", i), Note: "note"}
		}
		c := NewChooser(NewTheme(nil, false))
		c.Offer(items, NewChoiceFinder(items))
		b.ReportAllocs()
		for b.Loop() {
			c.Move(1)
			c.Lines(80, 20)
		}
	})
	b.Run("bubbles", func(b *testing.B) {
		items := make([]list.Item, choices)
		for i := range items {
			items[i] = listItem(fmt.Sprintf("Event %d", i))
		}
		m := list.New(items, list.NewDefaultDelegate(), 80, 24)
		b.ReportAllocs()
		for b.Loop() {
			m, _ = m.Update(down())
			_ = m.View()
		}
	})
}

// BenchmarkStyle is a word in bold.
func BenchmarkStyle(b *testing.B) {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.ANSI)
	style := r.NewStyle().Bold(true)
	b.Run("ours", func(b *testing.B) {
		t := NewTheme(r, false)
		for b.Loop() {
			_ = t.Bold.Render("GBP 4,365.00")
		}
	})
	b.Run("lipgloss", func(b *testing.B) {
		for b.Loop() {
			_ = style.Render("GBP 4,365.00")
		}
	})
}

// BenchmarkWidth measures a line of the console.
func BenchmarkWidth(b *testing.B) {
	line := "\x1b[36;1m▌\x1b[0m " + strings.Repeat("Ana Lopez · 1,204  ", 5) + "\x1b[2m…\x1b[0m"
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			_ = Width(line)
		}
	})
	b.Run("ansi", func(b *testing.B) {
		for b.Loop() {
			_ = ansi.StringWidth(line)
		}
	})
}
