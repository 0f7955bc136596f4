package dbtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"

	"lastclick/model"
)

// nodes is several stores over one database. Each call goes to one of them at random, as
// a load balancer without sticky sessions would send it, so that a test of one store
// becomes a test of several. A method that no test of several stores calls is missing
// here: calling it panics, rather than asking the same store each time.
type nodes struct {
	model.Store // nil
	all         []model.Store
	mu          sync.Mutex
	random      *rand.Rand
}

// Nodes is a store for Histories and Crashes whose calls are spread over these stores,
// which are open on one database.
func Nodes(all ...model.Store) model.Store {
	n := &nodes{all: all}
	n.seed(1)
	return n
}

// seed decides which stores the next calls go to, as far as they come one by one.
func (n *nodes) seed(seed uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.random = rand.New(rand.NewPCG(seed, 0))
}

func (n *nodes) one() model.Store {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[n.random.IntN(len(n.all))]
}

// nodesOf are the stores that a store's calls go to: most often itself alone.
func nodesOf(s model.Store) []model.Store {
	if n, ok := s.(*nodes); ok {
		return n.all
	}
	return []model.Store{s}
}

// on are the platform's views of each node.
func (s platform) on() (all []platform) {
	for _, store := range nodesOf(s.Store) {
		w := *s.World
		w.Store = store
		all = append(all, platform{&w, s.tag})
	}
	return all
}

// awaitNodes waits until every node knows what its hot path is about to be asked: a code,
// an alias and a checkout that another node added, and the link that it archived. It looks
// again whenever the node signals that something moved.
func (s platform) awaitNodes() {
	s.Helper()
	if len(nodesOf(s.Store)) == 1 {
		return
	}
	for _, node := range s.on() {
		ctx, cancel := context.WithTimeout(s.Ctx, patience)
		moved := node.Store.Watch(ctx, "")
		for missing := node.unknown(); missing != ""; missing = node.unknown() {
			if _, open := <-moved; !open {
				s.Errorf("a node does not know %s after %v", missing, patience)
				break
			}
		}
		cancel()
	}
}

// unknown names something of the platform that the store's memory does not have yet.
func (s platform) unknown() string {
	for _, code := range []string{"ana", "bea", "cyd", "old", "zoe", "ana10", "zoe10"} {
		if _, ok := s.Store.LinkByCode(code + s.tag); !ok {
			return "the code " + code
		}
	}
	for _, name := range []string{"box", "web"} {
		if _, ok := s.Store.CheckoutByName(name + s.tag); !ok {
			return "the checkout " + name
		}
	}
	if old, _ := s.Store.LinkByCode("old" + s.tag); !old.Archived {
		return "that the link old is archived"
	}
	return ""
}

// pages proves every page of the platform at every node, which all show the same, and
// returns their rows, without the platform's tag. What a node has redirected it counts
// some milliseconds later, and before it shows a page of its own: so the first round
// of pages writes the clicks of all nodes.
func (s platform) pages(h history) []string {
	s.Helper()
	all := s.on()
	if len(all) > 1 {
		for _, node := range all {
			for _, client := range []string{"acme", "zenith"} {
				node.stats(client+s.tag, model.Filter{})
			}
		}
	}
	first := all[0].pagesOfNode(h)
	for i, node := range all[1:] {
		if rows := node.pagesOfNode(h); !slices.Equal(first, rows) {
			s.Errorf("only node 0 shows\n%s\nand only node %d\n%s\n%#v", missing(first, rows), i+1, missing(rows, first), h)
		}
	}
	return first
}

func (n *nodes) Close() error {
	errs := make([]error, len(n.all))
	for i, s := range n.all {
		errs[i] = s.Close()
	}
	return errors.Join(errs...)
}

func (n *nodes) LinkByCode(code string) (model.Target, bool) { return n.one().LinkByCode(code) }
func (n *nodes) CheckoutByName(name string) (model.Checkout, bool) {
	return n.one().CheckoutByName(name)
}
func (n *nodes) Receipts() *model.Keyring { return n.one().Receipts() }
func (n *nodes) Click(c model.Click) bool { return n.one().Click(c) }

func (n *nodes) Receive(ctx context.Context, d model.Delivery) (model.Outcome, error) {
	return n.one().Receive(ctx, d)
}

func (n *nodes) AddClient(ctx context.Context, a model.Actor, c model.NewClient) (model.Client, error) {
	return n.one().AddClient(ctx, a, c)
}

func (n *nodes) SetClient(ctx context.Context, a model.Actor, slug string, ch model.ClientChange) (model.Client, error) {
	return n.one().SetClient(ctx, a, slug, ch)
}

func (n *nodes) AddCheckout(ctx context.Context, a model.Actor, k model.NewCheckout) (model.CheckoutSecret, error) {
	return n.one().AddCheckout(ctx, a, k)
}

func (n *nodes) AddEvent(ctx context.Context, a model.Actor, e model.NewEvent) (model.Event, error) {
	return n.one().AddEvent(ctx, a, e)
}

func (n *nodes) Event(ctx context.Context, a model.Actor, slug string) (model.Event, error) {
	return n.one().Event(ctx, a, slug)
}

func (n *nodes) AddLink(ctx context.Context, a model.Actor, l model.NewLink) (model.Link, error) {
	return n.one().AddLink(ctx, a, l)
}

func (n *nodes) AddAlias(ctx context.Context, a model.Actor, code, alias string) (model.Link, error) {
	return n.one().AddAlias(ctx, a, code, alias)
}

func (n *nodes) ArchiveLink(ctx context.Context, a model.Actor, code string) (model.Link, error) {
	return n.one().ArchiveLink(ctx, a, code)
}

func (n *nodes) Stats(ctx context.Context, a model.Actor, f model.Filter) (model.Stats, error) {
	return n.one().Stats(ctx, a, f)
}

func (n *nodes) Orders(ctx context.Context, a model.Actor, f model.OrderFilter) (model.Listing[model.OrderSummary], error) {
	return n.one().Orders(ctx, a, f)
}

func (n *nodes) ExplainOrder(ctx context.Context, a model.Actor, id, checkout string) (model.OrderExplained, error) {
	return n.one().ExplainOrder(ctx, a, id, checkout)
}

func (n *nodes) Export(ctx context.Context, a model.Actor, what string, row func(cells []string) error) error {
	return n.one().Export(ctx, a, what, row)
}

func (n *nodes) Check(ctx context.Context) ([]model.Difference, error) { return n.one().Check(ctx) }
