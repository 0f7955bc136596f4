package db

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"time"

	"lastclick/model"
)

// unit is one unit of work: what the deliveries of a batch read, as it was when it was
// loaded and as it is after those that were decided so far. Deciding reads and changes
// only this; what the batch changed is written at its end, each table at once.
//
// A reading method loads what the batch did not ask for. Should that fail, err is set
// and the whole batch fails; the methods then return something empty.
type unit struct {
	now       time.Time
	source    source
	customers []byte // the secret of their hashes
	keyring   *model.Keyring
	hooked    hookedClients // those that hooks are told of
	err       error

	checkouts map[int64]checkout
	webhooks  map[key]*webhook
	orders    map[key]*order
	orderIDs  map[int64]*order
	tickets   map[key]*order // whose they are; nil: of none
	scans     map[key]*scan
	events    map[string]*event // by slug; nil: not known
	shopIDs   map[key]string    // the slug of the event that a shop's id names; empty: none
	ignored   map[key]bool      // shops' ids that are no events
	types     map[typeKey]*naming
	clients   map[int64]*client
	slugs     map[string]*client // nil: there is none
	links     map[int64]*link
	codes     map[string]*link // aliases too; nil: names none
	tokens    map[string]*clickToken
	buyers    map[string]*customer
	buyerIDs  map[int64]*customer

	changed []int64  // clients of which something changed; platform or memory
	after   []func() // once the commit has succeeded
	undo    []func() // takes back what the present operation changed
}

// source is where a unit finds what it needs.
type source interface {
	// load puts all that is wanted into the unit; what is not there as well.
	load(u *unit, w *wanted) error
	// newID is the id of a row that is not there yet.
	newID(table string) (int64, error)
	// earliest are the first orders of a customer that are no test, the first ones
	// first, at most n.
	earliest(c *customer, n int) ([]ranked, error)
	// finalPeriods are those of the links that statements were drawn up of.
	finalPeriods(links []int64) (periods, error)
	// insertEvent adds an event and sets its id, or returns errNewEvent.
	insertEvent(u *unit, e *event) error
	// parked are the deliveries that wait for an event, in the order of arrival.
	parked(u *unit, event string) ([]kept, error)
	// keptItem is the delivery of an item of the inbox.
	keptItem(id int64) (kept, error)
}

// key names what a checkout names: an order, a ticket, a webhook.
type key struct {
	checkout int64
	id       string
}

type typeKey struct {
	event int64
	typ   string
}

// wanted are the keys of what a unit needs.
type wanted struct {
	checkouts []int64
	webhooks  []key
	orders    []key
	orderIDs  []int64
	tickets   []key // whose they are, and their scans
	scans     []key // those of them that were scanned
	events    []string
	shopIDs   []key // of events, as shops name them
	shopNames []shopName
	eventIDs  []int64
	types     []typeKey
	names     []nameKey
	clients   []int64
	slugs     []string // of clients
	links     []int64
	codes     []string // or aliases
	tokens    []string
	buyers    []string
	buyerIDs  []int64
}

// nameKey is a ticket type by the slug of its event.
type nameKey struct{ event, typ string }

// shopName is a ticket type by what a shop calls its event.
type shopName struct {
	key
	typ string
}

// checkout is the one that posted a delivery.
type checkout struct {
	id     int64
	name   string
	client int64 // the only one it may sell for; 0 for all
	kind   string
	known  bool
}

// webhook is a webhook-id: the digest of the body that was accepted under it, and what
// lies in the inbox under it.
type webhook struct {
	key
	digest []byte // nil: none was accepted
	saved  []byte // as the table has it
	inbox  []*inboxItem
}

// client is what orders and events ask of a client.
type client struct {
	id       int64
	slug     string
	timezone string
	rule     model.Rule
	window   int64           // seconds
	calendar *model.Calendar // of the days that are kept for it
}

type link struct {
	model.Scope
	code string
}

// order is an order before the batch, and now. Their rows are never changed, only
// replaced.
type order struct {
	key
	id          int64 // 0: it has no row yet
	before, now *orderRow
}

// orderRow is what the tables hold of an order.
type orderRow struct {
	version  int64
	digest   []byte
	placedAt int64
	test     bool
	currency string
	buyer    *customer // nil: unknown
	erased   *customer // whose it stays, since they were erased; nil for all others
	returns  bool
	proof    proof
	touches  []model.Touch // of the receipt that verified
	consent  model.Consent // as this version says
	channel  string
	tickets  []ticket
}

// ticket is a ticket with its verdict.
type ticket struct {
	id             string
	n              int  // its number in the order
	listed         bool // the newest version has it
	event, client  int64
	typ, typeName  string
	face, paid     int64 // paid: unpaid where the checkout does not say
	status         model.Status
	verdict        ruling
	judgedPlacedAt int64
	judgedWith     int64 // what the verdict looked at: sawReceipt, sawClick
}

// unpaid stands for what was paid where the checkout does not say.
const unpaid = -1

// scan is the latest scan fact of a ticket, before the batch and now.
type scan struct {
	key
	before, now scanFact
}

type scanFact struct {
	at      int64
	scanned bool
	known   bool
}

// customer is a buyer by the hash of who they are.
type customer struct {
	hash   []byte
	id     int64  // 0: no row yet
	first  ranked // their first purchase as it is kept; none: id 0
	places places
	saved  []byte   // places as the table has them
	orders []*order // of the batch that are or were theirs
	owns   bool     // a token of the batch, which wants a row for them
}

// ranked is an order with what decides which purchase is the first (R19).
type ranked struct {
	id       int64
	placedAt int64
	checkout string // its name
	order    string
}

func (a ranked) compare(b ranked) int {
	return cmp.Or(cmp.Compare(a.placedAt, b.placedAt), cmp.Compare(a.checkout, b.checkout), cmp.Compare(a.order, b.order))
}

func newUnit(src source, now time.Time, customers []byte, keyring *model.Keyring) *unit {
	return &unit{
		now: now, source: src, customers: customers, keyring: keyring,
		checkouts: map[int64]checkout{}, webhooks: map[key]*webhook{},
		orders: map[key]*order{}, orderIDs: map[int64]*order{}, tickets: map[key]*order{}, scans: map[key]*scan{},
		events: map[string]*event{}, shopIDs: map[key]string{}, ignored: map[key]bool{}, types: map[typeKey]*naming{}, clients: map[int64]*client{}, slugs: map[string]*client{},
		links: map[int64]*link{}, codes: map[string]*link{}, tokens: map[string]*clickToken{}, buyers: map[string]*customer{}, buyerIDs: map[int64]*customer{},
	}
}

// fetch loads what the batch did not ask for.
func (u *unit) fetch(w *wanted) {
	if u.err == nil {
		u.err = u.source.load(u, w)
	}
}

func (u *unit) checkout(id int64) checkout {
	if _, ok := u.checkouts[id]; !ok {
		u.fetch(&wanted{checkouts: []int64{id}})
	}
	return u.checkouts[id]
}

func (u *unit) webhook(k key) *webhook {
	if _, ok := u.webhooks[k]; !ok {
		u.fetch(&wanted{webhooks: []key{k}})
	}
	if w := u.webhooks[k]; w != nil {
		return w
	}
	return &webhook{key: k}
}

func (u *unit) order(k key) *order {
	if _, ok := u.orders[k]; !ok {
		u.fetch(&wanted{orders: []key{k}})
	}
	if o := u.orders[k]; o != nil {
		return o
	}
	return &order{key: k}
}

// orderOf is the order that a ticket belongs to; nil for none.
func (u *unit) orderOf(ticket key) *order {
	if _, ok := u.tickets[ticket]; !ok {
		u.fetch(&wanted{tickets: []key{ticket}})
	}
	return u.tickets[ticket]
}

func (u *unit) scan(ticket key) *scan {
	if _, ok := u.scans[ticket]; !ok {
		u.fetch(&wanted{tickets: []key{ticket}})
	}
	if s := u.scans[ticket]; s != nil {
		return s
	}
	return &scan{key: ticket}
}

// event is nil where it is not known.
func (u *unit) event(slug string) *event {
	if _, ok := u.events[slug]; !ok {
		u.fetch(&wanted{events: []string{slug}})
	}
	return u.events[slug]
}

// eventOf is the event that a ticket of the checkout's order names: by its slug, or where
// the order is a shop's, by the shop's own id, else by a slug that is the same. It is nil
// where it is not known, and where the checkout ignores it.
func (u *unit) eventOf(k checkout, name string, shop bool) *event {
	if !shop {
		return u.event(name)
	}
	id := u.shopID(k, name)
	if slug := u.shopIDs[id]; slug != "" {
		return u.event(slug)
	}
	if u.ignored[id] || !model.ValidSlug(name) {
		return nil
	}
	return u.event(name)
}

// ignores says whether what a ticket of the shop's order names is no event.
func (u *unit) ignores(k checkout, name string) bool { return u.ignored[u.shopID(k, name)] }

// shopID is the key of what a shop calls an event, which is loaded then.
func (u *unit) shopID(k checkout, name string) key {
	id := key{k.id, name}
	if _, ok := u.shopIDs[id]; !ok {
		u.fetch(&wanted{shopIDs: []key{id}})
	}
	return id
}

func (u *unit) client(id int64) *client {
	if _, ok := u.clients[id]; !ok {
		u.fetch(&wanted{clients: []int64{id}})
	}
	if c := u.clients[id]; c != nil {
		return c
	}
	return &client{id: id, calendar: model.NewCalendar(time.UTC)}
}

// clientBySlug is nil where there is none.
func (u *unit) clientBySlug(slug string) *client {
	if _, ok := u.slugs[slug]; !ok {
		u.fetch(&wanted{slugs: []string{slug}})
	}
	return u.slugs[slug]
}

func (u *unit) naming(k typeKey) *naming {
	if _, ok := u.types[k]; !ok {
		u.fetch(&wanted{types: []typeKey{k}})
	}
	if n := u.types[k]; n != nil {
		return n
	}
	return &naming{typeKey: k}
}

// link is nil where there is none with the id: it was made after the backup that this
// database was restored from.
func (u *unit) link(id int64) *link {
	if _, ok := u.links[id]; !ok {
		u.fetch(&wanted{links: []int64{id}})
	}
	return u.links[id]
}

// linkByCode is the link with the code or alias; nil where that names none.
func (u *unit) linkByCode(code string) *link {
	if _, ok := u.codes[code]; !ok {
		u.fetch(&wanted{codes: []string{code}})
	}
	return u.codes[code]
}

// buyer is the customer with the hash; nil for no hash.
func (u *unit) buyer(hash []byte) *customer {
	if hash == nil {
		return nil
	}
	if _, ok := u.buyers[string(hash)]; !ok {
		u.fetch(&wanted{buyers: []string{string(hash)}})
	}
	if c := u.buyers[string(hash)]; c != nil {
		return c
	}
	return &customer{hash: hash}
}

// markChanged notes that something of the clients changed.
func (u *unit) markChanged(clients ...int64) { u.changed = append(u.changed, clients...) }

// replace sets *p, and notes how to take that back.
func replace[T any](u *unit, p *T, v T) {
	was := *p
	u.undo = append(u.undo, func() { *p = was })
	*p = v
}

// attempt runs one operation. Where it fails or panics, all that it changed is taken
// back, as if it had never come.
func (u *unit) attempt(do func() error) (err error) {
	changed, after := len(u.changed), len(u.after)
	u.undo = u.undo[:0]
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
		if err == nil && u.err == nil {
			return
		}
		for i := len(u.undo) - 1; i >= 0; i-- {
			u.undo[i]()
		}
		u.changed, u.after = u.changed[:changed], u.after[:after]
	}()
	return do()
}

// panicError is a panic of an operation.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// panicked is the error of an operation that panicked: a fault in one must not end the
// daemon, nor the others' batch.
func panicked(r any) error {
	return &model.Error{
		Kind: model.Internal, Msg: "the store failed", Hint: "an admin finds the cause in the log",
		Err: &panicError{r, debug.Stack()},
	}
}
