package db

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// fullCacheFile has one of everything, and more links than a block of rows.
func fullCacheFile(links int) *cacheFile {
	m := newCache(0)
	m.putClient(model.Client{ID: 7, Slug: "acme", URL: "https://acme.example/", Window: model.Window(40 * 24 * time.Hour), Carry: "ref", Tracking: model.TrackConsent})
	m.putClient(model.Client{ID: 8, Slug: "zenith", URL: "https://zenith.example/", Window: model.DefaultWindow, Tracking: model.TrackURL})
	m.putEvent(model.Event{ID: 7, Slug: "summerfest", URL: "https://acme.example/summer?a=ä", Carry: "aff"}, 7)
	for i := range links {
		m.putLink(int64(i+1), cachedLink{code: fmt.Sprint("code-", i), client: 7 + int64(i%2), event: int64(7 * ((i + 1) % 2)), archived: i%5 == 4})
	}
	m.putAlias(cachedAlias{alias: "other", link: 1})
	m.putAlias(cachedAlias{alias: "gone", link: 2})
	m.putAlias(cachedAlias{alias: "gone", link: 2, removed: true})
	return &cacheFile{
		taken: time.UnixMilli(1_780_000_000_123), database: databaseID([]byte("secret")), servers: "10.0.0.1:5432/one",
		keys: []model.SigningKey{{ID: 1, Secret: bytes.Repeat([]byte{1}, 32), From: fromMillis(1000)}, {ID: 2, Secret: bytes.Repeat([]byte{2}, 32), From: fromMillis(2000)}}, hostKeys: []byte("PEM"), cache: m,
	}
}

func TestCacheFile_RoundTrip_AnswersAlike(t *testing.T) {
	const links = 2*rowBlock + 3
	f, path := fullCacheFile(links), filepath.Join(t.TempDir(), "cache.snapshot")
	for range 2 { // the second time in the place of the first
		if err := f.save(path); err != nil {
			t.Fatal(err)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("beside the file lies %v", entries)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	got, err := readCacheFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, after := &Store{}, &Store{}
	before.cache.Store(f.cache)
	after.cache.Store(got.cache)
	for i := range links {
		code := fmt.Sprint("code-", i)
		want, _ := before.LinkByCode(code)
		if is, ok := after.LinkByCode(code); !ok || is != want {
			t.Fatalf("%s is %+v, want %+v", code, is, want)
		}
	}
	for _, code := range []string{"other", "gone", "none"} {
		want, there := before.LinkByCode(code)
		if is, ok := after.LinkByCode(code); ok != there || is != want {
			t.Errorf("%s is %+v %t, want %+v %t", code, is, ok, want, there)
		}
	}
	for _, slug := range []string{"acme", "zenith", "summerfest"} {
		wantClient, clientThere := before.ClientPage(slug)
		wantEvent, eventThere := before.EventPage(slug)
		if p, ok := after.ClientPage(slug); p != wantClient || ok != clientThere {
			t.Errorf("client %s: %+v %t", slug, p, ok)
		}
		if p, ok := after.EventPage(slug); p != wantEvent || ok != eventThere {
			t.Errorf("event %s: %+v %t", slug, p, ok)
		}
	}
	if after.LongestWindow() != before.LongestWindow() {
		t.Errorf("the longest window is %v", after.LongestWindow())
	}
	got.cache, f.cache = nil, nil
	if !got.taken.Equal(f.taken) {
		t.Errorf("taken at %v", got.taken)
	}
	got.taken = f.taken
	if !reflect.DeepEqual(got, f) {
		t.Errorf("read %+v, want %+v", got, f)
	}
}

// The checksum finds what a disk does to a file; behind it, what cannot be is refused and
// no reason to panic.
func TestCacheFile_Damaged_IsRefused(t *testing.T) {
	var b bytes.Buffer
	if err := fullCacheFile(3).write(&b); err != nil {
		t.Fatal(err)
	}
	good := b.Bytes()
	if _, err := parseCacheFile(good); err != nil {
		t.Fatal(err)
	}
	for at := range good {
		bad := bytes.Clone(good)
		bad[at] ^= 1 << (at % 8)
		if _, err := parseCacheFile(bad); err == nil {
			t.Errorf("a bit in byte %d may change", at)
		}
		if _, err := parseCacheFile(good[:at]); err == nil {
			t.Errorf("%d bytes are enough", at)
		}
		// As if the sum had been right.
		r := &cacheReader{rest: bad[len(cacheMagic):]}
		if at >= len(cacheMagic) {
			r.rest = bad[at:]
		}
		r.cache()
	}
	for name, f := range map[string]*cacheFile{"no key": fullCacheFile(1), "a page that is not there": fullCacheFile(1)} {
		if name == "no key" {
			f.keys = nil
		} else {
			f.cache.links.add(99, []byte("astray"), 77, false)
		}
		b.Reset()
		if err := f.write(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := parseCacheFile(b.Bytes()); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

func TestCacheFile_NotUsable_SaysWhy(t *testing.T) {
	f := fullCacheFile(1)
	const one = "10.0.0.1:5432/one"
	for _, c := range []struct {
		servers string
		after   time.Duration
		want    string // empty: usable
	}{
		{one, 23 * time.Hour, ""},
		{"10.0.0.2:5432/one " + one, -time.Minute, ""},
		{one, 25 * time.Hour, "25h0m0s ago"},
		{one, -25 * time.Hour, "yet to come"},
		{"10.0.0.1:5432/two", 0, "10.0.0.1:5432/two"},
		{"10.0.0.9:5432/one", 0, "it is of the database at " + one},
	} {
		err := f.usable(c.servers, f.taken.Add(c.after))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s after %v: %v", c.servers, c.after, err)
		}
	}
	path := filepath.Join(t.TempDir(), "x")
	if err := f.save(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readCacheFile(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that everybody reads: %v", err)
	}
	if _, err := parseCacheFile([]byte("lastclick cache 2\nx")); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("another version: %v", err)
	}
}

func TestServers_URLs_HoldNoPassword(t *testing.T) {
	for url, want := range map[string]string{
		"postgres://me:hunter2@db.example/one":                                        "db.example:5432/one",
		"postgres://me:hunter2@b:5433,a/one?sslmode=disable&target_session_attrs=any": "a:5432/one b:5433/one",
		"postgres://me@/one?host=/run/postgresql":                                     "/run/postgresql:5432/one",
	} {
		if got := (&postgres{url: url}).servers(); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

// What was committed a moment ago proves that the store can commit, unless something
// failed since.
func TestCommittedLately_EachOutcome_IsTold(t *testing.T) {
	now := time.Now().UnixNano()
	long, soon := now-int64(time.Hour), now+int64(time.Hour)
	for _, c := range []struct {
		done, failed int64
		want         bool
	}{{0, 0, false}, {now, 0, true}, {now, long, true}, {now, now + 1, false}, {long, 0, false}, {soon, 0, false}} {
		s := &Store{}
		s.doneAt.Store(c.done)
		s.failedAt.Store(c.failed)
		// A machine may take longer than that to get here.
		if got := s.committedLately(); got != c.want && time.Since(time.Unix(0, now)) < readyKeep {
			t.Errorf("committed at %d, failed at %d: %t", c.done, c.failed, got)
		}
	}
}
