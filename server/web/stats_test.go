package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"lastclick/model"
)

const aToken = "MM1ugDamy0DUmRx1Pe8xMA"

// somePage is a page with a month of sales.
func somePage() model.SubPromoter {
	event := "summerfest"
	p := model.SubPromoter{
		ClientName: "Acme <Live>", EventName: "Summer & Fest", Timezone: "Europe/London",
		Link: model.Link{
			Code: "ana", Name: "Ana “The Voice” Diaz", Email: "ana@secret.example", Client: "acme", Event: &event,
			ShortURL: "https://go.example/ana", StatsToken: aToken, Clicks: 1204, Visitors: 980, QRScans: 31,
		},
		Numbers: model.Numbers{Customers: 87, NewCustomers: 41, Orders: 93, Tickets: 211, Scanned: 150, Unscanned: 61, FaceValue: model.Money{"GBP": 1043500, "EUR": 4500}},
		TicketTypes: []model.TypeStats{
			{Event: "summerfest", Type: "ga", Name: "General Admission", Numbers: model.Numbers{Customers: 80, Orders: 85, Tickets: 200, Scanned: 145, Unscanned: 55, FaceValue: model.Money{"GBP": 900000}}},
			{Event: "summerfest", Type: "vip", Numbers: model.Numbers{Customers: 9, Orders: 9, Tickets: 11, Scanned: 5, Unscanned: 6, FaceValue: model.Money{"GBP": 143500, "EUR": 4500}}},
		},
		Series: model.Series{Span: model.Month, Timezone: "Europe/London"},
	}
	for i := range int64(30) {
		p.Series.Points = append(p.Series.Points, model.Point{At: time.Date(2026, 5, 3+int(i), 0, 0, 0, 0, time.UTC).Add(-time.Hour), Clicks: i * (i % 7) * 3, Orders: i % 7 * i / 20, Tickets: i % 5})
	}
	return p
}

// withPage is a server whose store has somePage.
func withPage(t testing.TB) *testServer {
	d := newTestServer(t)
	d.store.page = func(token string) (model.SubPromoter, error) {
		if token != aToken {
			return model.SubPromoter{}, errNoPage
		}
		return somePage(), nil
	}
	return d
}

// element is a part of a parsed page.
type element struct{ *html.Node }

func parseHTML(t *testing.T, page string) element {
	t.Helper()
	n, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return element{n}
}

// all are the elements of that name beneath e, in the page's order.
func (e element) all(name string) []element {
	var found []element
	for n := range e.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, element{n})
		}
	}
	return found
}

func (e element) attr(name string) string {
	for _, a := range e.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// words is the text of e with its white space folded.
func (e element) words() string {
	var b strings.Builder
	for n := range e.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func words(elements []element) []string {
	var texts []string
	for _, e := range elements {
		texts = append(texts, e.words())
	}
	return texts
}

func TestStatsPage_Numbers_AreShown(t *testing.T) {
	d := withPage(t)
	r := d.get("/stats/" + aToken)
	body := bodyOf(t, r)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", r.StatusCode, body)
	}
	page := parseHTML(t, body)
	if got := words(page.all("h1")); !slices.Equal(got, []string{"Your sales for Summer & Fest"}) {
		t.Errorf("h1 %q", got)
	}
	if got := page.all("title")[0].words(); got != "Your sales for Summer & Fest" {
		t.Errorf("title %q", got)
	}
	numbers := page.all("dl")[0]
	if got, want := words(numbers.all("dt")), []string{"Customers", "New Customers", "Orders", "Tickets", "Scanned", "Unscanned", "Face Value"}; !slices.Equal(got, want) {
		t.Errorf("the columns are %q, want the console's %q", got, want)
	}
	if got, want := words(numbers.all("dd")), []string{"87", "41", "93", "211", "150", "61", "EUR 45.00 GBP 10,435.00"}; !slices.Equal(got, want) {
		t.Errorf("the numbers are %q, want %q", got, want)
	}
	for _, want := range []string{
		"Ana “The Voice” Diaz · Acme <Live>", "as of 1 Jun, 13:00:00 (Europe/London)", "From 1,204 clicks by 980 visitors, 31 of them by the QR code.",
		"https://go.example/ana", "It tracks tickets for Summer & Fest alone", "Share only this link, or its QR code. Do not open it and copy the address",
		"For a new address of this page, or to have these numbers mailed to you every week, ask Acme <Live> .",
	} {
		if !strings.Contains(page.words(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(body, "secret.example") {
		t.Error("the page holds an e-mail address")
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"Referrer-Policy":         "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Set-Cookie": "",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if clicks := d.store.counted(); len(clicks) > 0 {
		t.Errorf("looking at the page counted %v", clicks)
	}
}

// What browsers and those who hear a page need of it.
func TestStatsPage_Markup_IsAccessibleAndOwn(t *testing.T) {
	d := withPage(t)
	page := parseHTML(t, bodyOf(t, d.get("/stats/"+aToken)))
	for _, landmark := range []string{"header", "main", "footer"} {
		if n := len(page.all(landmark)); n != 1 {
			t.Errorf("%d <%s>", n, landmark)
		}
	}
	ids := map[string]bool{}
	for n := range page.Descendants() {
		e := element{n}
		if id := e.attr("id"); id != "" {
			if ids[id] {
				t.Errorf("the id %s stands twice", id)
			}
			ids[id] = true
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s>: the policy forbids it", n.Data, a.Key)
			}
			if a.Key == "src" || a.Key == "href" {
				if !strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//") {
					t.Errorf("<%s %s=%q> leads elsewhere", n.Data, a.Key, a.Val)
				} else if r := d.get(a.Val); r.StatusCode != http.StatusOK {
					t.Errorf("<%s %s=%q>: %d", n.Data, a.Key, a.Val, r.StatusCode)
				}
			}
		}
	}
	for _, s := range append(page.all("script"), page.all("style")...) {
		if s.words() != "" {
			t.Errorf("an inline <%s>: the policy forbids it", s.Data)
		}
	}
	for _, table := range page.all("table") {
		if len(table.all("caption")) != 1 {
			t.Error("a table without a caption")
		}
		for _, th := range table.all("th") {
			if th.attr("scope") == "" {
				t.Errorf("the header %q has no scope", th.words())
			}
		}
	}
	types := page.all("table")[1]
	if got, want := words(types.all("tfoot")[0].all("th")), []string{"Total"}; !slices.Equal(got, want) {
		t.Errorf("the last row is %q", got)
	}
	if got, want := words(types.all("tbody")[0].all("th")), []string{"General Admission", "vip"}; !slices.Equal(got, want) {
		t.Errorf("the rows are %q, want %q", got, want)
	}
	if got, want := words(types.all("tfoot")[0].all("td")), words(page.all("dl")[0].all("dd")); !slices.Equal(got, want) {
		t.Errorf("the total is %q, the numbers are %q", got, want)
	}
	for _, svg := range page.all("svg") {
		if svg.attr("role") != "img" || svg.attr("aria-label") == "" {
			t.Error("a chart without words")
		}
	}
	if points := page.all("table")[0].all("tbody")[0].all("tr"); len(points) != 30 || points[0].words() != "Mon 1 Jun 87 1 4" {
		t.Errorf("the chart's table has %d rows, the first is %q", len(points), points[0].words())
	}
}

// A client-level link says so, and its ticket types their events.
func TestStatsPage_ClientLevel_NamesEvents(t *testing.T) {
	d := withPage(t)
	d.store.page = func(string) (model.SubPromoter, error) {
		p := somePage()
		p.EventName, p.Link.Event, p.Link.Archived, p.Timezone = "", nil, true, "Nowhere/City"
		p.Numbers.FaceValue = nil
		p.EventNames, p.Contact = map[string]string{"summerfest": "Summer & Fest"}, "hello@acme.example"
		return p, nil
	}
	page := parseHTML(t, bodyOf(t, d.get("/stats/"+aToken)))
	for _, want := range []string{"For a new address of this page, ask Acme <Live> : write to hello@acme.example .", "ask Acme <Live> ( hello@acme.example ) to restore it", "Your sales for Acme <Live>", "It tracked tickets for every event of Acme <Live>", "General Admission Summer & Fest", "This link is archived: it counts no more clicks.", "12:00:00 (UTC)"} {
		if !strings.Contains(page.words(), want) {
			t.Errorf("the page does not say %q: %s", want, page.words())
		}
	}
}

// The owner of an archived link is not told to share it.
func TestStatsPage_Archived_OffersNothingToShare(t *testing.T) {
	for _, archived := range []bool{false, true} {
		d := newTestServer(t)
		d.store.page = func(string) (model.SubPromoter, error) {
			p := somePage()
			p.Link.Archived = archived
			return p, nil
		}
		page := bodyOf(t, d.get("/stats/"+aToken))
		for _, offer := range []string{"Share only this link", `id="copy"`, "/qr/", "It tracks"} {
			if strings.Contains(page, offer) == archived {
				t.Errorf("archived %t: of %q the page has the other", archived, offer)
			}
		}
		if strings.Contains(page, "This link is archived: it counts no more clicks.") != archived {
			t.Errorf("archived %t: the page says the other", archived)
		}
	}
}

// Who is mailed the numbers is not told to ask for them.
func TestStatsPage_Digest_IsOfferedToThoseWithoutIt(t *testing.T) {
	for digest, words := range map[model.ReportEvery]string{
		"":              "For a new address of this page, or to have these numbers mailed to you every week, ask Acme",
		model.NoDigest:  "For a new address of this page, or to have these numbers mailed to you every week, ask Acme",
		model.FirstSale: "For a new address of this page, or to have these numbers mailed to you every week, ask Acme",
		model.EveryWeek: "These numbers are mailed to you every Monday. For a new address of this page, ask Acme",
	} {
		d, archived := newTestServer(t), false
		d.store.page = func(string) (model.SubPromoter, error) {
			p := somePage()
			p.Digest, p.Link.Archived = digest, archived
			return p, nil
		}
		if foot := parseHTML(t, bodyOf(t, d.get("/stats/"+aToken))).all("footer")[0].words(); !strings.Contains(foot, words) {
			t.Errorf("digest %q: %s", digest, foot)
		}
		archived = true // and is mailed nothing
		if foot := parseHTML(t, bodyOf(t, d.get("/stats/"+aToken))).all("footer")[0].words(); strings.Contains(foot, "mailed") {
			t.Errorf("archived, digest %q: %s", digest, foot)
		}
	}
}

func TestChart_One_IsSingular(t *testing.T) {
	s := model.Series{Span: model.Month, Points: []model.Point{{At: noon, Clicks: 1}}}
	v := newChartView(s, time.UTC)
	if got := v.Charts[0].Spoken; !strings.HasPrefix(got, "1 click in the last 30 days, by day; the most, 1, on ") {
		t.Error(got)
	}
	if got := v.Charts[1].Spoken; got != "No orders in the last 30 days, by day." {
		t.Error(got)
	}
	s.Points[0] = model.Point{At: noon, Clicks: 1200, Orders: 2}
	v = newChartView(s, time.UTC)
	if a, b := v.Charts[0].Spoken, v.Charts[1].Spoken; !strings.HasPrefix(a, "1,200 clicks ") || !strings.HasPrefix(b, "2 orders ") {
		t.Error(a, b)
	}
}

func TestStatsPage_R23_Carrier_OtherWarning(t *testing.T) {
	for carry, want := range map[model.Carry]string{"": "that one tracks nobody.", "ref": "that one counts for the purchase of the person who clicked, and for nobody else&#39;s."} {
		d := newTestServer(t)
		d.store.page = func(string) (model.SubPromoter, error) {
			p := somePage()
			p.Link.Carry = carry
			return p, nil
		}
		if page := bodyOf(t, d.get("/stats/"+aToken)); !strings.Contains(page, want) {
			t.Errorf("carrier %q: %q is not on the page", carry, want)
		}
	}
}

func TestStatsPage_R26_Consent_SaysWhatToShare(t *testing.T) {
	for _, tracking := range []model.TrackingMode{model.TrackConsent, model.TrackURL, model.TrackCookie} {
		d := newTestServer(t)
		d.store.page = func(string) (model.SubPromoter, error) {
			p := somePage()
			p.Link.Tracking = tracking
			return p, nil
		}
		page := parseHTML(t, bodyOf(t, d.get("/stats/"+aToken))).words()
		for mode, want := range map[model.TrackingMode]string{model.TrackConsent: "Where you have it, link to", model.TrackURL: "No click on it can be credited"} {
			if strings.Contains(page, want) != (mode == tracking) {
				t.Errorf("%s: %q in %s", tracking, want, page)
			}
		}
	}
}

func TestStatsPage_NoSales_SaysSo(t *testing.T) {
	d := withPage(t)
	d.store.page = func(string) (model.SubPromoter, error) {
		p := somePage()
		p.Numbers, p.TicketTypes, p.Series.Points = model.Numbers{}, nil, nil
		p.Link.Clicks = 0
		return p, nil
	}
	page := parseHTML(t, bodyOf(t, d.get("/stats/"+aToken)))
	for _, want := range []string{"No one has clicked the link yet.", "No ticket has been sold by this link yet."} {
		if !strings.Contains(page.words(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestStatsPage_OtherTokens_AreUnknown(t *testing.T) {
	d := withPage(t)
	asked := 0
	page := d.store.page
	d.store.page = func(token string) (model.SubPromoter, error) {
		asked++
		return page(token)
	}
	unknown := bodyOf(t, d.get("/nobody"))
	for _, token := range []string{"", "/", aToken[:21], strings.ToLower(aToken), aToken + "A", aToken + "/x", aToken + "/live/", "../" + aToken, "a b", "%00", strings.Repeat("A", 65), strings.Repeat("A", 5000), "é"} {
		r := d.get("/stats/" + strings.ReplaceAll(token, " ", "%20"))
		if body := bodyOf(t, r); r.StatusCode != http.StatusNotFound || body != unknown {
			t.Errorf("%.40q: %d, not as an unknown code is answered", token, r.StatusCode)
		}
	}
	if asked != 3 {
		t.Errorf("the store was asked %d times, also for what can be no token", asked)
	}
	for _, ending := range []string{"", "/", ".", ")."} {
		if r := d.get("/stats/" + aToken + ending); r.StatusCode != http.StatusOK {
			t.Errorf("with %q behind it: %d", ending, r.StatusCode)
		}
	}
	if r := d.do("HEAD", "/stats/"+aToken, ""); r.StatusCode != http.StatusOK {
		t.Errorf("HEAD: %d", r.StatusCode)
	}
	if r := d.do("POST", "/stats/"+aToken, ""); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", r.StatusCode)
	}
}

func TestStatsPage_StoreFails_IsUnavailable(t *testing.T) {
	for name, page := range map[string]func(string) (model.SubPromoter, error){
		"an error": func(string) (model.SubPromoter, error) { return model.SubPromoter{}, errors.New("the disk is on fire") },
		"a panic":  func(string) (model.SubPromoter, error) { panic("the disk is on fire") },
	} {
		for _, path := range []string{"/stats/" + aToken, "/stats/" + aToken + "/live"} {
			d := withPage(t)
			d.store.page = page
			r := d.get(path)
			if body := bodyOf(t, r); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" || strings.Contains(body, "fire") {
				t.Errorf("%s, %s: %d %v %s", name, path, r.StatusCode, r.Header, body)
			}
			if !strings.Contains(d.log.String(), "fire") || strings.Contains(d.log.String(), aToken) {
				t.Errorf("%s, %s: the log says %s", name, path, d.log)
			}
		}
	}
}

func TestStatsPage_Panic_KeepsTheTokenOutOfTheLog(t *testing.T) {
	d := withPage(t)
	d.Server.feeds = nil // a stream panics
	if r := d.get("/stats/" + aToken + "/live"); r.StatusCode != http.StatusInternalServerError {
		t.Fatalf("status %d", r.StatusCode)
	}
	if log := d.log.String(); strings.Contains(log, aToken) || !strings.Contains(log, "path=/stats/…") {
		t.Errorf("the log says %s", log)
	}
}

func TestStats_ReplicaBehind_SaysAsOf(t *testing.T) {
	d := withPage(t)
	d.store.asOf = time.Date(2026, 6, 1, 11, 59, 56, 0, time.UTC)
	if body := bodyOf(t, d.get("/stats/"+aToken)); !strings.Contains(parseHTML(t, body).words(), "as of 1 Jun, 12:59:56 (Europe/London)") {
		t.Errorf("the page says\n%s", body)
	}
}
