package db

import (
	"context"
	"sync/atomic"
	"time"
)

// Deaf is a node that hears of what other nodes do when it polls alone, and whose
// statements are noted.
type Deaf struct {
	*Store
	Statements func() (statements []string, rows int) // since it was last called
	ahead      atomic.Int64
}

// OpenUnpolled opens one, over a shared database.
func OpenUnpolled(ctx context.Context, o Options) (*Deaf, error) {
	r := &recorder{}
	d := &Deaf{Store: newStore(o), Statements: r.take}
	d.shared = deafShared{recordedShared{d.shared, r}}
	d.engine, d.pollEvery = d.shared, time.Hour
	start := time.Now()
	d.lookUps.now = func() time.Time { return start.Add(time.Duration(d.ahead.Load())) }
	return d, d.start(ctx)
}

type deafShared struct{ recordedShared }

func (deafShared) listen(ctx context.Context, _ func()) error {
	<-ctx.Done()
	return ctx.Err()
}

// Poll hears of what other nodes did until now.
func (d *Deaf) Poll() { d.poll(context.Background()) }

// Pass lets time pass for the look-ups, whose clock stands still.
func (d *Deaf) Pass(by time.Duration) { d.ahead.Add(int64(by)) }

// Wait has a look-up wait so long, and restores what it was.
func (d *Deaf) Wait(long time.Duration) (restore func()) {
	was := d.lookUps.wait
	d.lookUps.wait = long
	return func() { d.lookUps.wait = was }
}

// LookUpKept is how long the answer of a look-up holds.
const LookUpKept = lookUpKept

// MostLookUps is how many look-ups of links may reach the database at once.
func MostLookUps() int { return 2 * lookUpRates[linkNames] }
