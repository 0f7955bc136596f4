package hook

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lastclick/model"
)

func TestPing_Answers_Shown(t *testing.T) {
	w := newWorld(t)
	var status int
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, _ message) {
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte("thanks\x1b[2J " + strings.Repeat("x", 10_000)))
	})
	h := w.hook(r.URL)
	r.trust(h.Secret)
	worker := New(Config{Store: w.Store, AllowPrivate: true})
	defer worker.client.CloseIdleConnections()
	for _, c := range []struct {
		status int
		ok     bool
		err    string
	}{{200, true, ""}, {204, true, ""}, {500, false, "it answered 500 Internal Server Error"}, {302, false, "it answered 302, which leads elsewhere"}, {410, false, "it answered 410 Gone"}} {
		status = c.status
		got, err := worker.Ping(t.Context(), w.Owner, r.URL)
		if err != nil {
			t.Fatal(err)
		}
		m := r.next(t)
		if got.OK != c.ok || *got.Status != c.status || !strings.HasPrefix(text(got.Error), c.err) || m.payload.Type != model.HookPing || m.valid != nil {
			t.Errorf("%d: %+v, %s; the receiver got %+v", c.status, got, text(got.Error), m)
		}
		if a := text(got.Answer); strings.Contains(a, "\x1b") || len(a) > 300 || c.status != 204 && !strings.HasPrefix(a, "thanks^[[2J x") {
			t.Errorf("%d: the answer is shown as %q", c.status, a)
		}
	}
	if h := w.until(r.URL, "it", func(model.Hook) bool { return true }); h.State != model.HookActive || h.LastError != nil || h.DeliveredAt != nil {
		t.Errorf("a ping changed the hook: %+v", h)
	}
	if _, err := worker.Ping(t.Context(), w.Owner, "https://other.example/"); model.KindOf(err) != model.NotFound {
		t.Errorf("%v", err)
	}
	zenith := model.Actor{Name: "Zoe", Role: model.Owner, Client: "zenith"}
	w.AddClient("zenith")
	if _, err := worker.Ping(t.Context(), zenith, r.URL); model.KindOf(err) != model.NotFound {
		t.Errorf("another client's hook: %v", err)
	}
}

func TestPing_NoReceiver_SaysWhyWithoutTheURL(t *testing.T) {
	w := newWorld(t)
	s := httptest.NewServer(http.NotFoundHandler())
	url := s.URL + "/token-4711"
	s.Close()
	w.hook(url)
	got, err := New(Config{Store: w.Store, AllowPrivate: true}).Ping(t.Context(), w.Owner, url)
	if err != nil || got.OK || got.Status != nil || !strings.Contains(text(got.Error), "connection refused") || strings.Contains(text(got.Error), "4711") {
		t.Errorf("%+v, %s, %v", got, text(got.Error), err)
	}
}
