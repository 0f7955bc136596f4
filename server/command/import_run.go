package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash/maphash"
	"maps"
	"slices"
	"sync"
	"time"

	"lastclick/model"
)

const (
	// importLanes is how many deliveries are under way at once: half of what a transaction
	// takes, so that they share one, and a checkout that posts meanwhile waits for no other.
	importLanes = 128

	// A store that cannot commit is asked again so often, first after firstPause, each
	// time after twice as long: 3 seconds in all. Then the import stops.
	importTries = 5
	firstPause  = 100 * time.Millisecond
)

// fileItem is a delivery that a file asks for.
type fileItem struct {
	checkout model.Checkout
	line     int
	name     string                                      // "order A-1"
	lane     string                                      // items of one lane are delivered in the order of the file
	webhook  func() any                                  // as JSON has it; made when it is needed, since there may be many
	place    func(model.Fault) (line int, column string) // where what is wrong with it stands
	then     []fileItem                                  // what is delivered once it is in: the scans of an order
}

// imported is an import that runs.
type imported struct {
	*session
	action    string // as the command is called: order import
	dry       bool
	now       time.Time
	checkouts checkoutChoice
	faults    lineFaults
	missing   map[string]bool // events that are not known yet
	report    importReport
}

func (s *session) newImport(ctx context.Context, action, checkout string, dry bool) (*imported, error) {
	i := &imported{session: s, action: action, dry: dry, now: s.Now(), missing: map[string]bool{}}
	i.report = importReport{Action: action, DryRun: dry}
	var err error
	i.checkouts, err = s.chooseCheckout(ctx, checkout, &i.faults)
	return i, err
}

// missEvent notes an event that is not known yet: its orders are parked.
func (i *imported) missEvent(slug string) { i.missing[slug] = true }

// errManyImports says that the daemon holds as many files as it may.
var errManyImports = &model.Error{Kind: model.Busy, Msg: "too many imports are running", Hint: "try again when one has ended"}

// enterImport takes a place among the imports that may run at once, and does not wait:
// where all are taken it refuses. leave gives the place back.
func (s *session) enterImport() (leave func(), err error) {
	if s.Importing == nil {
		return func() {}, nil
	}
	select {
	case s.Importing <- struct{}{}:
		return func() { <-s.Importing }, nil
	default:
		return nil, errManyImports
	}
}

// run reads the whole file, and checks it, before anything is imported: each takes a
// line, and items returns what the file asks for.
func (i *imported) run(ctx context.Context, spec sheetSpec, each func(sheetRow), items func() []fileItem) error {
	leave, err := i.enterImport()
	if err != nil {
		return err
	}
	defer leave()
	t, err := spec.read(i.In, &i.faults, each)
	if ctx.Err() != nil { // what was read may be a part of the file
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	list := items()
	i.report.read(t)
	i.report.UnknownEvents = slices.Sorted(maps.Keys(i.missing))
	if err := i.faults.err(); err != nil {
		return i.refuse(err)
	}
	if i.dry {
		err = i.rehearse(ctx, list)
	} else {
		err = i.apply(ctx, t, list)
	}
	return i.finish(ctx, err)
}

// delivery is the item as a checkout would have posted it. Its id is made of the checkout
// and of all that it says: the same lines do their work once, however often they come
// (R12).
func (i *imported) delivery(f fileItem) model.Delivery {
	d := model.Delivery{Checkout: f.checkout.ID, CheckoutName: f.checkout.Name, Body: jsonOf(f.webhook()), Received: i.now}
	sum := sha256.Sum256(append([]byte(f.checkout.Name+"\x00"), d.Body...))
	d.WebhookID = "import-" + hex.EncodeToString(sum[:16])
	var err error
	if d.Webhook, err = model.ParseWebhook(d.Body, i.now); err != nil {
		d.Faults = webhookFaults(err) // of a body that was checked: there are none
	}
	return d
}

// itemResult is what became of an item.
type itemResult struct {
	item    *fileItem
	outcome model.Outcome
	err     error
	scan    bool
}

// refused says that the store has understood the item and does not take it. Any other
// error is about the store.
func (r itemResult) refused() bool {
	kind := model.KindOf(r.err)
	return r.err != nil && (kind == model.Invalid || kind == model.Conflict)
}

// taken says whether what follows the item may be delivered: an order that changed
// nothing, because a newer one is known, has no news of its tickets' scans either.
func (r itemResult) taken() bool { return r.err == nil && r.outcome.Status != model.Stale }

// apply delivers all items, many at once.
func (i *imported) apply(ctx context.Context, t sheet, list []fileItem) error {
	if len(list) == 0 {
		return nil
	}
	note := model.ImportNote{Action: i.action, Checkouts: i.checkouts.names(list), Lines: t.lines, SHA256: t.sha256}
	if err := i.Store.NoteImport(ctx, i.Actor, note); err != nil {
		return err
	}
	goOn, stop := context.WithCancel(ctx) // what is under way is waited for: it may be committed
	defer stop()
	results := make(chan itemResult, importLanes)
	var lanes sync.WaitGroup
	for _, lane := range lanesOf(list) {
		lanes.Go(func() {
			for _, n := range lane {
				if goOn.Err() != nil || !i.deliver(ctx, goOn, &list[n], results) {
					return
				}
			}
		})
	}
	go func() {
		lanes.Wait()
		close(results)
	}()
	p := i.progress(len(list))
	defer p.clear()
	var failed error
	for r := range results {
		if r.err != nil && !r.refused() {
			if failed == nil {
				failed = r.err
				stop()
			}
			continue
		}
		i.report.count(r)
		if !r.scan {
			p.step()
		}
	}
	return failed
}

// lanesOf shares the items out, by their places in the list.
func lanesOf(list []fileItem) [importLanes][]int {
	var lanes [importLanes][]int
	seed := maphash.MakeSeed()
	for n := range list {
		lane := n % importLanes
		if name := list[n].lane; name != "" {
			lane = int(maphash.String(seed, name) % importLanes)
		}
		lanes[lane] = append(lanes[lane], n)
	}
	return lanes
}

// deliver delivers an item and what follows it. It returns false where the import is to
// stop.
func (i *imported) deliver(ctx, goOn context.Context, f *fileItem, results chan<- itemResult) bool {
	r := itemResult{item: f}
	r.outcome, r.err = i.receive(ctx, goOn, i.delivery(*f))
	results <- r
	if !r.taken() {
		return r.err == nil || r.refused()
	}
	for n := range f.then {
		r := itemResult{item: &f.then[n], scan: true}
		r.outcome, r.err = i.receive(ctx, goOn, i.delivery(f.then[n]))
		results <- r
		if r.err != nil && !r.refused() {
			return false
		}
	}
	return true
}

// receive delivers once, and again where the store cannot commit now: that a delivery
// came before does no harm. It is not asked again once goOn has ended.
func (i *imported) receive(ctx, goOn context.Context, d model.Delivery) (o model.Outcome, err error) {
	pause := firstPause
	for try := 1; ; try++ {
		o, err = i.Store.Receive(ctx, d)
		if kind := model.KindOf(err); err == nil || kind != model.Busy && kind != model.Full || try > importTries {
			return o, err
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-goOn.Done():
			t.Stop()
			return o, err
		}
		pause *= 2
	}
}

// rehearse asks the store what it would answer, and writes nothing.
func (i *imported) rehearse(ctx context.Context, list []fileItem) error {
	p := i.progress(len(list))
	defer p.clear()
	var asked []itemResult // and not answered
	taken := false         // the latest order would be
	return i.Store.Rehearse(ctx, func(yield func(model.Delivery) bool) {
		for n := range list {
			asked = append(asked, itemResult{item: &list[n]})
			if !yield(i.delivery(list[n])) {
				return
			}
			for m := range list[n].then {
				asked = append(asked, itemResult{item: &list[n].then[m], scan: true})
				if !yield(i.delivery(list[n].then[m])) {
					return
				}
			}
		}
	}, func(o model.Outcome, err error) {
		r := asked[0]
		asked = asked[1:]
		r.outcome, r.err = o, err
		if !r.scan {
			taken = r.taken()
			p.step()
		}
		if !r.scan || taken {
			i.report.count(r)
		}
	})
}
