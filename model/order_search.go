package model

import (
	"slices"
	"strings"
	"time"
)

// OrderSearchState is what a search can ask for of an order by a word: "is:new".
type OrderSearchState string

// The states.
const (
	OrderIsNew          OrderSearchState = "new"          // the customer's first purchase on the platform (R19)
	OrderIsReturning    OrderSearchState = "returning"    // of a customer who bought before
	OrderIsTest         OrderSearchState = "test"         // R15
	OrderIsUnattributed OrderSearchState = "unattributed" // a ticket of it has no link
	OrderIsRefunded     OrderSearchState = "refunded"     // a ticket of it is refunded
)

// OrderSearchStates are all of them.
var OrderSearchStates = []OrderSearchState{OrderIsNew, OrderIsReturning, OrderIsTest, OrderIsUnattributed, OrderIsRefunded}

// exclusiveStates are those of which an order has one at most.
var exclusiveStates = []OrderSearchState{OrderIsNew, OrderIsReturning, OrderIsTest}

// OrderSearch is what the text of a search for orders asks for: all of it at once.
type OrderSearch struct {
	Words    []string           // as SearchWords gives them
	Is       []OrderSearchState // each once
	From, To string             // days, both inclusive; empty for no bound
}

// ParseOrderSearch reads a search for orders: words, and among them the qualifiers is:STATE,
// on:DAY, from:DAY and to:DAY. today is as in ParseDay. What begins as a qualifier and is
// none that there is, is Invalid, as are those that no order fulfils together; any other
// word with a colon is a word.
func ParseOrderSearch(text string, today time.Time) (s OrderSearch, err error) {
	var words []string
	for _, word := range strings.Fields(Truncate(Clean(text), MaxEmail)) {
		name, value, _ := strings.Cut(word, ":")
		if name = strings.ToLower(name); name == word || !isQualifier(name) {
			words = append(words, word)
			continue
		}
		if err := s.qualify(name, strings.ToLower(value), today); err != nil {
			return OrderSearch{}, err
		}
	}
	s.Words = words[:min(len(words), maxSearchWords)]
	return s, s.possible()
}

func isQualifier(name string) bool {
	return slices.Contains([]string{"is", "on", "from", "to"}, name)
}

func (s *OrderSearch) qualify(name, value string, today time.Time) error {
	if name == "is" {
		state := OrderSearchState(value)
		if !slices.Contains(OrderSearchStates, state) {
			return Invalidf("search", "search takes is:new, is:returning, is:test, is:refunded or is:unattributed, not \"is:%s\"", Truncate(value, 40))
		}
		if !slices.Contains(s.Is, state) {
			s.Is = append(s.Is, state)
		}
		return nil
	}
	day, err := ParseDay(name, value, today)
	if err != nil || day == "" {
		return Invalidf("search", "search takes %s: with %s, not \"%s:%s\"", name, dayForm, name, Truncate(value, 40))
	}
	if name != "to" {
		s.From = max(s.From, day)
	}
	if name != "from" && (s.To == "" || day < s.To) {
		s.To = day
	}
	return nil
}

// possible refuses what no order is.
func (s *OrderSearch) possible() error {
	var exclusive []string
	for _, state := range s.Is {
		if slices.Contains(exclusiveStates, state) {
			exclusive = append(exclusive, "is:"+string(state))
		}
	}
	if len(exclusive) > 1 {
		return Invalidf("search", "search asks for both %s and %s, which no order is", exclusive[0], exclusive[1])
	}
	if s.From != "" && s.To != "" && s.To < s.From {
		return Invalidf("search", "search ends on %s, before it begins on %s", s.To, s.From)
	}
	return nil
}

// HasDays says whether the search means days, some of which begin with the present one.
func (s OrderSearch) HasDays() bool { return s.From != "" || s.To != "" }
