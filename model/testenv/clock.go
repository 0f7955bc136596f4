package testenv

import (
	"sync/atomic"
	"time"
)

// Clock is a time that stands still until a test moves it, while goroutines of the program
// read it.
type Clock struct{ at atomic.Pointer[time.Time] }

// NewClock is a clock that stands at the time.
func NewClock(at time.Time) *Clock {
	c := &Clock{}
	c.Set(at)
	return c
}

// Now is where it stands.
func (c *Clock) Now() time.Time { return *c.at.Load() }

// Set moves it to the time.
func (c *Clock) Set(at time.Time) { c.at.Store(&at) }

// Add moves it on.
func (c *Clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }
