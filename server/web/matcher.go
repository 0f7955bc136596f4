package web

// matcher finds any of many words in a text in one pass over its bytes, in any ASCII
// case (Aho and Corasick, 1975). Every click pays for it: a search for each word takes
// some six times as long, a seventh of the CPU that a bare redirect costs
// (BenchmarkIsBot has both).
type matcher struct {
	class   [256]uint16 // byte → column of next; 0 is every byte that is in no word
	columns int
	next    []uint16 // state × columns → state
	hit     []bool   // the longest word that ends in the state is one to find
	start   uint16   // the state at the beginning of a text, after "^"
}

// newMatcher finds words, but not where a longer one of except ends at the same
// place. A word that begins with "^" is found only at the beginning of a text.
func newMatcher(words, except []string) *matcher {
	m := &matcher{}
	const anchor = 1 // the column of "^", which no byte of a text has
	m.columns = anchor + 1
	all := append(append([]string(nil), words...), except...)
	for _, w := range all {
		for i := range len(w) {
			if c := w[i]; m.class[c] == 0 && !(i == 0 && c == '^') {
				m.class[c] = uint16(m.columns)
				m.columns++
			}
		}
	}
	m.grow()
	ends := map[uint16]bool{} // state → whether its word is one to find
	for n, w := range all {
		ends[m.insert(w, anchor)] = n < len(words)
	}
	m.link(ends)
	m.start = m.next[anchor]
	for c := 'A'; c <= 'Z'; c++ {
		m.class[c] = m.class[c|0x20]
	}
	return m
}

// grow adds a state and returns it.
func (m *matcher) grow() uint16 {
	m.next = append(m.next, make([]uint16, m.columns)...)
	m.hit = append(m.hit, false)
	return uint16(len(m.hit) - 1)
}

// insert adds a word to the tree and returns the state in which it ends.
func (m *matcher) insert(word string, anchor int) uint16 {
	state := 0
	for i := range len(word) {
		column := int(m.class[word[i]])
		if i == 0 && word[i] == '^' {
			column = anchor
		}
		at := state*m.columns + column
		if m.next[at] == 0 {
			child := m.grow()
			m.next[at] = child
		}
		state = int(m.next[at])
	}
	return uint16(state)
}

// link turns the tree into the automaton: where a state has no way on, it takes
// that of the longest end of its text which is the beginning of a word.
func (m *matcher) link(ends map[uint16]bool) {
	fallback := make([]uint16, len(m.hit))
	for queue := []uint16{0}; len(queue) > 0; queue = queue[1:] {
		state := queue[0]
		if found, ok := ends[state]; ok {
			m.hit[state] = found
		} else {
			m.hit[state] = m.hit[fallback[state]]
		}
		for column := range m.columns {
			at := int(state)*m.columns + column
			back := m.next[int(fallback[state])*m.columns+column]
			switch child := m.next[at]; {
			case child == 0:
				if state != 0 {
					m.next[at] = back
				}
			default:
				if state != 0 {
					fallback[child] = back
				}
				queue = append(queue, child)
			}
		}
	}
}

// match says whether the text holds one of the words.
func (m *matcher) match(text string) bool {
	state := m.start
	for i := range len(text) {
		state = m.next[int(state)*m.columns+int(m.class[text[i]])]
		if m.hit[state] {
			return true
		}
	}
	return false
}
