package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lastclick/model"
)

func TestUnsubscribe_GetAsks_PostEnds(t *testing.T) {
	d := newTestServer(t)
	d.store.reports = map[string]model.ReportNotice{"tok_en-1": {Client: "Acme <Live>", What: "the weekly numbers of Acme <Live>"}}
	do := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		return w
	}
	for _, path := range []string{"/unsubscribe/tok_en-1", "/unsubscribe/tok_en-1)."} {
		if w := do(http.MethodGet, path, ""); w.Code != 200 || !strings.Contains(w.Body.String(), `<form method="post">`) || !strings.Contains(w.Body.String(), "You are sent the weekly numbers of Acme &lt;Live&gt;.") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if d.store.reports["tok_en-1"].Ended {
		t.Fatal("a scanner of mail that opens the address ends the report")
	}
	w := do(http.MethodGet, "/unsubscribe/tok_en-1", "")
	for key, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"} {
		if got := w.Header().Get(key); got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self'") || !strings.Contains(policy, "default-src 'none'") {
		t.Error(policy)
	}
	for range 2 { // again is no fault
		if w := do(http.MethodPost, "/unsubscribe/tok_en-1", "List-Unsubscribe=One-Click"); w.Code != 200 || !strings.Contains(w.Body.String(), "These mails have ended") || strings.Contains(w.Body.String(), "<form") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if !d.store.reports["tok_en-1"].Ended {
		t.Error("it has not ended")
	}
	if w := do(http.MethodDelete, "/unsubscribe/tok_en-1", ""); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("%d, Allow: %s", w.Code, w.Header().Get("Allow"))
	}
	for _, path := range []string{"/unsubscribe/other", "/unsubscribe/", "/unsubscribe/a/b", "/unsubscribe/" + strings.Repeat("a", 99)} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if w := do(method, path, ""); w.Code != 404 {
				t.Errorf("%s %s: %d", method, path, w.Code)
			}
		}
	}
	if w := do(http.MethodPost, "/stats/tok_en-1", ""); w.Code != 405 {
		t.Errorf("a stats page takes a POST: %d", w.Code)
	}
}

// Mail programs post what they like: nothing in it is asked for but that they do.
func TestUnsubscribe_AnyBody_Ends(t *testing.T) {
	for _, c := range []struct{ contentType, body string }{
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n"},
		{"application/x-www-form-urlencoded; charset", "List-Unsubscribe=One-Click"},
		{"application/x-www-form-urlencoded", "%zz"},
		{"", ""},
		{"application/x-www-form-urlencoded", strings.Repeat("a", 1<<20)},
	} {
		d := newTestServer(t)
		d.store.reports = map[string]model.ReportNotice{"token": {Client: "Acme"}}
		r := httptest.NewRequest(http.MethodPost, "/unsubscribe/token", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.contentType)
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		if w.Code != 200 || !d.store.reports["token"].Ended {
			t.Errorf("%s, %d bytes: %d", c.contentType, len(c.body), w.Code)
		}
	}
}

// What has ended costs no commit, however often it is posted.
func TestUnsubscribe_Ended_IsNotEndedAgain(t *testing.T) {
	d := newTestServer(t)
	d.store.reports = map[string]model.ReportNotice{"token": {Client: "Acme"}}
	for range 3 {
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/unsubscribe/token", nil))
		if w.Code != 200 || !strings.Contains(w.Body.String(), "These mails have ended") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if d.store.ended != 1 {
		t.Errorf("it was ended %d times", d.store.ended)
	}
}

// Who ends the mails is told what was ended, what stays, and whom to ask to have them again.
func TestUnsubscribe_Ended_SaysHowToGetThemAgain(t *testing.T) {
	d := newTestServer(t)
	for want, n := range map[string]model.ReportNotice{
		"You will not be sent the weekly numbers of your link ana any more. Your tracking link and its stats page go on as before. To get them again, ask Acme : write to hello@acme.example .": {Client: "Acme", Contact: "hello@acme.example", What: "the weekly numbers of your link ana", Link: true, Ended: true},
		"You will not be sent the daily numbers of Acme any more. To get them again, ask Acme .":                                                                                                {Client: "Acme", What: "the daily numbers of Acme", Ended: true},
		"You are sent the daily numbers of Acme. To get them again later, ask Acme .":                                                                                                           {Client: "Acme", What: "the daily numbers of Acme"},
	} {
		d.store.reports = map[string]model.ReportNotice{"tok": n}
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/unsubscribe/tok", nil))
		if got := strings.ReplaceAll(parseHTML(t, w.Body.String()).words(), "End these mails To", "To"); !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

func TestLogPath_Unsubscribe_HidesTheToken(t *testing.T) {
	if got := logPath("/unsubscribe/secret"); strings.Contains(got, "secret") {
		t.Error(got)
	}
}
