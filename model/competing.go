package model

// Competitor is a link that competes with another one.
type Competitor struct {
	Code, Source string
	Orders       int64 // live ones
}

// Competing are the links that a new link from source to the page at url will take
// sales over from, or lose them to: they lead to the same page, come from another
// source, are in use and hold at least one live order. From then on the last click
// decides between them.
func Competing(links []LinkStats, url, source string) []LinkStats {
	var found []LinkStats
	for _, l := range links {
		if l.Link.PageURL == url && l.Link.Source != source && !l.Link.Archived && l.Orders > 0 {
			found = append(found, l)
		}
	}
	return found
}
