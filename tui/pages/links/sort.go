package links

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/page"
)

// SortTitles are the titles of the columns that Link Tracking can be sorted by.
func (p *Tracking) SortTitles() []string {
	var titles []string
	for i := range p.table.Columns {
		if c := &p.table.Columns[i]; len(c.Steps) == 0 && !p.hides(partOf(i)) {
			titles = append(titles, c.Title)
		}
	}
	return titles
}

// partOf is the name of the part that the column is; empty where it cannot be hidden.
func partOf(column int) string {
	for _, part := range parts {
		if part.column == column {
			return part.name
		}
	}
	return ""
}

// ShowSorted sorts by the column with the title, as it sorts at first.
func (p *Tracking) ShowSorted(title string) tea.Cmd {
	for i := range p.table.Columns {
		if p.table.Columns[i].Title != title {
			continue
		}
		if _, shown := p.table.Has(i); !shown {
			return p.Toast(page.Warning, title+" has no room in this window")
		}
		if p.table.By != i {
			p.table.SortBy(i)
		}
		if p.table.Sorted != nil {
			return p.table.Sorted()
		}
	}
	return nil
}
