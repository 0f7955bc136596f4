package db

import "sync"

// heldWords are which orders' ids hold the words that were searched for last. A search is
// read again at each change, and while it is typed on, so only the ids of the orders that
// are new since are looked at. It holds where this process alone writes: there the rows of
// orders are numbered as they are committed, and neither goes nor changes its order's id.
type heldWords struct {
	mu    sync.Mutex
	words map[string]heldWord
}

// heldWord is what is known of a word.
type heldWord struct {
	last int64   // the order up to which it was looked for
	ids  []int64 // that hold it; never changed
	many bool    // they are too many to be kept
}

// wordsHeld bounds the words; fewOrders bounds the ids of each.
const wordsHeld = 64

func (h *heldWords) get(word string) heldWord {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.words[word]
}

func (h *heldWords) put(word string, now heldWord) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if was, known := h.words[word]; known && was.last > now.last {
		return // of an older snapshot
	} else if h.words == nil || !known && len(h.words) >= wordsHeld {
		h.words = map[string]heldWord{} // those in use come back
	}
	h.words[word] = now
}
