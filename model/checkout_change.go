package model

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxIgnored bounds the ids that a checkout ignores.
const MaxIgnored = 1000

// CheckoutChange is what `checkout set` takes; nil leaves a setting as it is.
type CheckoutChange struct {
	URL, Token *string  // of the shop's API; empty takes it away where the kind needs none
	Ignore     []string // ids of the shop that are no events: tickets for them are left out of its orders
	NoIgnore   []string // ignored ids that no longer are
}

// Empty says whether nothing is changed.
func (ch CheckoutChange) Empty() bool {
	return ch.URL == nil && ch.Token == nil && len(ch.Ignore)+len(ch.NoIgnore) == 0
}

// Apply returns k with the change made, or every fault, joined. The URL and the token are
// checked as NewCheckout.Validate does. Ignoring an id that is ignored already changes
// nothing; an id that is not ignored cannot be freed.
func (ch CheckoutChange) Apply(k Checkout) (Checkout, error) {
	kind, ok := KindNamed(k.Kind)
	if !ok {
		return k, Invalidf("kind", "this version knows no checkouts of the kind %q", k.Kind)
	}
	var faults FieldErrors
	if ch.URL != nil || ch.Token != nil {
		api, token := "", k.Token
		if k.API != nil {
			api = *k.API
		}
		if ch.URL != nil {
			api = *ch.URL
		}
		if ch.Token != nil {
			token = *ch.Token
		}
		k.setAPI(&faults, kind, api, token)
	}
	if len(ch.Ignore)+len(ch.NoIgnore) > 0 {
		set(&faults, &k.Ignored)(ch.ignored(k))
	}
	return k, faults.Err()
}

func (ch CheckoutChange) ignored(k Checkout) ([]string, error) {
	if k.Standard() {
		return k.Ignored, &Error{
			Kind: Invalid, Field: "ignore", Msg: fmt.Sprintf("ignore: the checkout %s is of the kind standard, whose orders name events by their slugs", k.Name),
			Hint: "leave out of its orders what is no ticket",
		}
	}
	var faults FieldErrors
	list := slices.Clone(k.Ignored)
	for _, id := range ch.NoIgnore {
		id = strings.TrimSpace(id)
		i := slices.Index(list, id)
		if i < 0 {
			faults.Add(NotFoundError("ignored id", Truncate(id, MaxID)))
			continue
		}
		list = slices.Delete(list, i, i+1)
	}
	for _, id := range ch.Ignore {
		id = strings.TrimSpace(id)
		switch {
		case id == "":
			faults.Add(Invalidf("ignore", "ignore: the id is empty"))
		case utf8.RuneCountInString(id) > MaxID:
			faults.Add(Invalidf("ignore", "ignore: the id has more than %d characters", MaxID))
		case Clean(id) != id:
			faults.Add(Invalidf("ignore", "ignore: the id holds control, invisible or surplus space characters"))
		case !slices.Contains(list, id):
			list = append(list, id)
		}
	}
	slices.Sort(list)
	if len(list) > MaxIgnored {
		faults.Add(Invalidf("ignore", "ignore: a checkout ignores at most %s ids", FormatCount(MaxIgnored)))
	}
	return list, faults.Err()
}
