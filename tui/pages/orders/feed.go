package orders

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// Update takes keys while the filter is typed, and the mouse.
func (p *Orders) Update(msg tea.Msg) tea.Cmd {
	cmd := p.ListPage.Update(msg)
	if k, ok := msg.(tea.KeyMsg); ok && k.Type != tea.KeyDown {
		return cmd // a letter of the filter is no move
	}
	return tea.Batch(cmd, p.readMore())
}

// readMore asks for older orders too, when a move brought the cursor near the last one
// and the store may have more.
func (p *Orders) readMore() tea.Cmd {
	if p.paused || !p.Table.Ending() || len(p.Rows) < p.limit || p.limit >= model.MaxLimit {
		return nil
	}
	p.limit = min(p.limit+feedStep, model.MaxLimit)
	return p.Reload()
}

// arrive is what of new data is shown: while paused, nothing of it.
func (p *Orders) arrive(rows []model.OrderSummary) []model.OrderSummary {
	if p.paused {
		p.waiting = rows[:min(len(rows), p.limit)]
		return p.Rows
	}
	return rows
}

// held is how many orders came while the feed was paused.
func (p *Orders) held() int64 {
	shown := make(map[string]bool, len(p.Rows))
	for i := range p.Rows {
		shown[orderKey(&p.Rows[i])] = true
	}
	var n int64
	for i := range p.waiting {
		if !shown[orderKey(&p.waiting[i])] {
			n++
		}
	}
	return n
}

// pause stops the feed. Older orders that are on their way are not waited for: they
// would count as new.
func (p *Orders) pause() {
	steps := (len(p.Rows) + feedStep - 1) / feedStep
	p.paused, p.limit = true, steps*feedStep
}

// resume shows what came meanwhile.
func (p *Orders) resume() {
	p.paused = false
	if p.waiting != nil {
		p.ShowRows(p.waiting)
	}
	p.waiting = nil
}
