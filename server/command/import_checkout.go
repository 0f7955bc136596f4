package command

import (
	"context"
	"fmt"
	"slices"

	"lastclick/model"
)

// checkoutChoice says which checkout a line of a file is of: the one that the command
// names, or the one that the line names, or the only one there is.
type checkoutChoice struct {
	store  Store
	faults *lineFaults
	named  bool            // by the command: then it holds for all lines
	usual  *model.Checkout // of lines that name none; nil: they must
	known  map[string]*model.Checkout
	told   map[string]bool // what was said of a name once need not be said of each line
}

func (s *session) chooseCheckout(ctx context.Context, name string, faults *lineFaults) (checkoutChoice, error) {
	c := checkoutChoice{store: s.Store, faults: faults, known: map[string]*model.Checkout{}, told: map[string]bool{}}
	if name = slug(name); name != "" {
		k, ok := s.Store.CheckoutByName(name)
		if !ok {
			return c, model.NotFoundError("checkout", name)
		}
		c.named, c.usual = true, &k
		return c, nil
	}
	all, err := s.Store.Checkouts(ctx, s.Actor)
	switch {
	case err != nil:
		return c, err
	case len(all) == 0:
		return c, &model.Error{Kind: model.NotFound, Msg: "there is no checkout yet", Hint: "what is imported belongs to one: add it with: checkout add NAME"}
	case len(all) == 1:
		c.usual = &all[0]
	}
	return c, nil
}

// of is the checkout of a line. Where it has none, that is a fault, which is told once.
func (c *checkoutChoice) of(r sheetRow) (model.Checkout, bool) {
	name := slug(r.get("checkout"))
	switch {
	case c.named:
		if name != "" && len(c.known) > 0 && c.known[name] == nil {
			return c.refuse(r, "another", "names a second checkout, and orders of two checkouts may have the same id: leave --checkout out, or import them apart")
		}
		if name != "" {
			c.known[name] = c.usual
		}
		return *c.usual, true
	case name == "" && c.usual != nil:
		return *c.usual, true
	case name == "":
		return c.refuse(r, "", "is missing: there are several checkouts, so name one with --checkout")
	}
	k, asked := c.known[name]
	if !asked {
		if found, ok := c.store.CheckoutByName(name); ok {
			k = &found
		}
		c.known[name] = k
	}
	if k == nil {
		return c.refuse(r, name, fmt.Sprintf("names no checkout: there is no %q here; name one with --checkout", model.Truncate(name, 40)))
	}
	return *k, true
}

func (c *checkoutChoice) refuse(r sheetRow, name, detail string) (none model.Checkout, ok bool) {
	if !c.told[name] {
		c.told[name] = true
		c.faults.add(r.line, "checkout", detail)
	}
	return none, false
}

// names are those of the items' checkouts.
func (c *checkoutChoice) names(list []fileItem) []string {
	var names []string
	for n := range list {
		if name := list[n].checkout.Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
