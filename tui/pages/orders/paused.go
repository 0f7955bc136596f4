package orders

// Paused says whether the feed stands still.
func (p *Orders) Paused() bool { return p.paused }
