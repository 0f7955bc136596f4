package netlimit

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

func TestPrefix_Address_IsItsNetwork(t *testing.T) {
	for addr, want := range map[string]string{
		"198.51.100.7":             "198.51.100.7/32",
		"::ffff:198.51.100.7":      "198.51.100.7/32",
		"2001:db8:1:2:3:4:5:6":     "2001:db8:1:2::/64",
		"fe80::1%eth0":             "fe80::/64",
		"::1":                      "::/64",
		"127.0.0.1":                "127.0.0.1/32",
		"2001:db8:1:2:ffff:ffff::": "2001:db8:1:2::/64",
	} {
		if got := Prefix(netip.MustParseAddr(addr)).String(); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
	if Prefix(netip.Addr{}).IsValid() {
		t.Error("an invalid address has a network")
	}
}

func TestAddr_NetAddr_IsItsIP(t *testing.T) {
	for want, a := range map[string]net.Addr{
		"198.51.100.7": &net.TCPAddr{IP: net.ParseIP("198.51.100.7"), Port: 22},
		"2001:db8::1":  &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 22},
		"fe80::1":      &net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0"},
		"invalid IP":   &net.UnixAddr{Name: "/run/x"},
	} {
		if got := Addr(a).String(); got != want {
			t.Errorf("%v: %s, want %s", a, got, want)
		}
	}
	if Addr(nil).IsValid() || Addr((*net.TCPAddr)(nil)).IsValid() {
		t.Error("no address is an address")
	}
}

func TestLimiter_Burst_ThenOneAnInterval(t *testing.T) {
	const burst, interval = 500, 100 * time.Millisecond
	now := time.Unix(1_800_000_000, 0)
	l := New(rate.Every(interval), burst, 1<<12, func() time.Time { return now })
	network := netip.MustParsePrefix("198.51.100.7/32")
	if wait := l.Wait(network); wait != 0 {
		t.Errorf("before the first: wait %v", wait)
	}
	for i := range burst {
		if wait := l.Take(network); wait != 0 {
			t.Fatalf("request %d waits %v", i, wait)
		}
	}
	for range 3 { // what is refused costs nothing
		if wait, ask := l.Take(network), l.Wait(network); wait != interval || ask != interval {
			t.Errorf("past the burst: wait %v, asked %v, want %v", wait, ask, interval)
		}
	}
	now = now.Add(interval)
	if wait := l.Take(network); wait != 0 {
		t.Errorf("after the wait: %v", wait)
	}
	if wait := l.Take(network); wait != interval {
		t.Errorf("one too many: wait %v, want %v", wait, interval)
	}
	now = now.Add(-time.Hour)
	if wait := l.Take(network); wait <= 0 || wait > interval {
		t.Errorf("a clock set back: wait %v", wait)
	}
	now = now.Add(2 * time.Hour)
	for i := range burst {
		if wait := l.Take(network); wait != 0 {
			t.Fatalf("after an hour: request %d waits %v", i, wait)
		}
	}
}

func TestLimiter_OtherNetwork_IsNotRefused(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := New(rate.Every(time.Minute), 1, 1<<16, func() time.Time { return now })
	networks := []netip.Prefix{{}, netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/64")}
	seen := map[any]bool{}
	for _, n := range networks {
		if slot := l.slot(n); !seen[slot] && l.Take(n) != 0 {
			t.Errorf("%v is refused for another's sake", n)
		}
		seen[l.slot(n)] = true
	}
}

func TestLimiter_AddressFlood_StaysBounded(t *testing.T) {
	l := New(1, 5, 64, time.Now)
	for i := range 100_000 {
		l.Take(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32))
	}
	if len(l.slots) != 64 {
		t.Errorf("%d buckets", len(l.slots))
	}
}

func TestLimiter_ManyAtOnce_TakeNoMoreThanTheBurst(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := New(rate.Every(time.Second), 100, 1, func() time.Time { return now })
	var taken atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if l.Take(netip.Prefix{}) == 0 {
					taken.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if taken.Load() != 100 {
		t.Errorf("%d taken, want 100", taken.Load())
	}
	if wait := l.Wait(netip.Prefix{}); wait != time.Second {
		t.Errorf("the refused left a debt: wait %v", wait)
	}
}
