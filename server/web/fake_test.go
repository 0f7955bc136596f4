package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lastclick/model"
	"lastclick/model/testenv"
)

func TestMain(m *testing.M) {
	// net/http waits half a second, longer than goleak, before it closes a connection whose
	// request was not read to its end.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

const browser = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"

var noon = time.Date(2026, 6, 1, 12, 0, 0, 400e6, time.UTC)

// fakeStore answers from maps and notes what it is given. The flows that end in a
// table are tested over a real store, in store_test.go.
type fakeStore struct {
	reports   map[string]model.ReportNotice // by token; of one request at a time
	links     map[string]model.Target
	events    map[string]model.Page
	clients   map[string]model.Page
	checkouts map[string]model.Checkout
	keys      *model.Keyring
	window    time.Duration
	receive   func(model.Delivery) (model.Outcome, error)
	away      error
	ready     error
	page      func(token string) (model.SubPromoter, error)
	asOf      time.Time     // zero, or how old the page is
	moved     chan struct{} // what Watch returns
	elsewhere struct {      // what a look-up finds, and memory does not
		links     map[string]model.Target
		events    map[string]model.Page
		clients   map[string]model.Page
		checkouts map[string]model.Checkout
	}
	silent bool     // no look-up is answered
	asked  []string // what was looked up
	ended  int      // how often a report was ended

	mu         sync.Mutex
	full       bool
	clicks     []model.Click
	deliveries []model.Delivery
	heard      []model.Contact
}

func newFakeStore() *fakeStore {
	acme, fest := "https://tickets.example/acme", "https://tickets.example/summerfest?lang=en#top"
	return &fakeStore{
		links: map[string]model.Target{
			"ana":   {Link: 1, Code: "ana", Client: "acme", URL: acme},
			"ben":   {Link: 2, Code: "ben", Client: "acme", Event: "summerfest", URL: fest},
			"old":   {Link: 3, Code: "old", Client: "acme", URL: acme, Archived: true},
			"far":   {Link: 4, Code: "far", Client: "other", URL: "https://other.example/"},
			"wear":  {Link: 6, Code: "wear", Client: "acme", URL: acme + "?utm_content=own&x=1", Carry: "utm_content"},
			"worn":  {Link: 7, Code: "worn", Client: "acme", URL: acme + "?utm_content=own&x=1", Carry: "utm_content", Archived: true},
			"bare":  {Link: 8, Code: "bare", Client: "bars", URL: "https://tickets.example/bars", Tracking: model.TrackURL},
			"bar":   {Link: 9, Code: "bar", Client: "bars", URL: "https://tickets.example/bars", Carry: "ref", Tracking: model.TrackURL},
			"ask":   {Link: 10, Code: "ask", Client: "asks", URL: "https://tickets.example/asks?consent=own", Carry: "ref", Tracking: model.TrackConsent},
			"asked": {Link: 11, Code: "asked", Client: "asks", Event: "askfest", URL: "https://tickets.example/askfest", Tracking: model.TrackConsent},
			"far2":  {Link: 5, Code: "far2", Client: "acme", Event: "winterfest", URL: "https://tickets.example/winterfest"},
		},
		events: map[string]model.Page{
			"summerfest": {Client: "acme", URL: fest},
			"askfest":    {Client: "asks", URL: "https://tickets.example/askfest", Tracking: model.TrackConsent},
		},
		clients: map[string]model.Page{
			"acme": {Client: "acme", URL: acme},
			"bars": {Client: "bars", URL: "https://tickets.example/bars", Tracking: model.TrackURL},
			"asks": {Client: "asks", URL: "https://tickets.example/asks?consent=own", Tracking: model.TrackConsent},
		},
		checkouts: map[string]model.Checkout{
			"shop":  {ID: 7, Name: "shop", Secrets: [][]byte{newSecret, oldSecret}},
			"empty": {ID: 8, Name: "empty", Secrets: [][]byte{{}, nil}},
		},
		keys:   model.NewKeyring(model.SigningKey{ID: 1, Secret: bytes.Repeat([]byte{1}, 32)}),
		window: 30 * 24 * time.Hour,
		page:   func(string) (model.SubPromoter, error) { return model.SubPromoter{}, errNoPage },
		moved:  make(chan struct{}, 1),
		receive: func(model.Delivery) (model.Outcome, error) {
			return model.Outcome{Status: model.Applied}, nil
		},
	}
}

func (f *fakeStore) LinkByCode(code string) (model.Target, bool) {
	t, ok := f.links[code]
	return t, ok
}

func (f *fakeStore) EventPage(slug string) (model.Page, bool) {
	p, ok := f.events[slug]
	return p, ok
}

func (f *fakeStore) ClientPage(slug string) (model.Page, bool) {
	p, ok := f.clients[slug]
	return p, ok
}

func (f *fakeStore) CheckoutByName(name string) (model.Checkout, bool) {
	c, ok := f.checkouts[name]
	return c, ok
}

func (f *fakeStore) LookUpLink(_ context.Context, code string) (model.Target, error) {
	f.ask(code)
	return f.elsewhere.links[code], f.lookedUp(f.elsewhere.links[code].Code)
}

func (f *fakeStore) LookUpEvent(_ context.Context, slug string) (model.Page, error) {
	f.ask("e/" + slug)
	return f.elsewhere.events[slug], f.lookedUp(f.elsewhere.events[slug].Client)
}

func (f *fakeStore) LookUpClient(_ context.Context, slug string) (model.Page, error) {
	f.ask("c/" + slug)
	return f.elsewhere.clients[slug], f.lookedUp(f.elsewhere.clients[slug].Client)
}

func (f *fakeStore) LookUpCheckout(_ context.Context, name string) (model.Checkout, error) {
	f.ask("webhooks/" + name)
	return f.elsewhere.checkouts[name], f.lookedUp(f.elsewhere.checkouts[name].Name)
}

func (f *fakeStore) LookUpSecrets(_ context.Context, known model.Checkout) (model.Checkout, error) {
	return f.elsewhere.checkouts[known.Name], f.lookedUp(f.elsewhere.checkouts[known.Name].Name)
}

// ask notes what was looked up; requests run side by side.
func (f *fakeStore) ask(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, name)
}

// lookedUp is the error of a look-up that found the name, or none.
func (f *fakeStore) lookedUp(name string) error {
	switch {
	case f.silent:
		return &model.Error{Kind: model.Busy, Msg: "the database cannot be asked now"}
	case name == "":
		return &model.Error{Kind: model.NotFound, Msg: "there is no such thing"}
	}
	return nil
}

func (f *fakeStore) LongestWindow() time.Duration { return f.window }
func (f *fakeStore) Receipts() *model.Keyring     { return f.keys }

func (f *fakeStore) Click(c model.Click) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return false
	}
	f.clicks = append(f.clicks, c)
	return true
}

// counted takes the clicks that came since it was last called.
func (f *fakeStore) counted() []model.Click {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.clicks
	f.clicks = nil
	return c
}

func (f *fakeStore) Receive(_ context.Context, d model.Delivery) (model.Outcome, error) {
	f.mu.Lock()
	f.deliveries = append(f.deliveries, d)
	f.mu.Unlock()
	return f.receive(d)
}

func (f *fakeStore) Heard(c model.Contact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, c)
}

func (f *fakeStore) Ready(context.Context) error { return f.ready }

func (f *fakeStore) Away() error { return f.away }

var errNoPage = &model.Error{Kind: model.NotFound, Msg: "there is no such page"}

func (f *fakeStore) ReportNotice(_ context.Context, token string) (model.ReportNotice, error) {
	n, ok := f.reports[token]
	if !ok {
		return n, model.NotFoundError("token", "x")
	}
	return n, nil
}

func (f *fakeStore) EndReport(_ context.Context, token string) error {
	n := f.reports[token]
	n.Ended = true
	f.reports[token] = n
	f.ended++
	return nil
}

func (f *fakeStore) SubPromoter(ctx context.Context, token string) (model.SubPromoter, error) {
	if err := ctx.Err(); err != nil {
		return model.SubPromoter{}, err
	}
	if !f.asOf.IsZero() {
		model.NoteAge(ctx, f.asOf)
	}
	return f.page(token)
}

func (f *fakeStore) Watch(context.Context, string) <-chan struct{} { return f.moved }

// testServer is a server over a fake store, and what it logged.
type testServer struct {
	*Server
	store *fakeStore
	log   *testenv.Buffer // feeds and refusals write it too
}

func newTestServer(t testing.TB, with ...func(*Config)) *testServer {
	t.Helper()
	d := &testServer{store: newFakeStore(), log: &testenv.Buffer{}}
	c := Config{
		Store:   d.store,
		BaseURL: "https://go.example",
		Log:     slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:     func() time.Time { return noon },
	}
	for _, f := range with {
		f(&c)
	}
	d.Server = New(c)
	return d
}

// do sends a request; pairs are headers, and a browser's User-Agent goes along
// unless one is among them.
func (d *testServer) do(method, target, body string, pairs ...string) *http.Response {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("User-Agent", browser)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			r.Header.Del(pairs[i])
		} else {
			r.Header.Add(pairs[i], pairs[i+1])
			if pairs[i] == "User-Agent" {
				r.Header.Set(pairs[i], pairs[i+1])
			}
		}
	}
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w.Result()
}

func (d *testServer) get(target string, pairs ...string) *http.Response {
	return d.do(http.MethodGet, target, "", pairs...)
}

func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// receiptIn verifies the one receipt that an answer sets.
func (d *testServer) receiptIn(t *testing.T, r *http.Response) model.Receipt {
	t.Helper()
	cookies := r.Cookies()
	if len(cookies) != 1 || cookies[0].Name != cookieName {
		t.Fatalf("cookies: %v, want one %s", cookies, cookieName)
	}
	receipt, ok := d.store.keys.Verify(cookies[0].Value)
	if !ok {
		t.Fatalf("the receipt %q does not verify", cookies[0].Value)
	}
	return receipt
}
