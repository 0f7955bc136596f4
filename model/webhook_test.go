package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const goodOrder = `{"type":"order.placed","timestamp":"2026-06-01T10:00:01Z","data":
{"id":"A-1001","version":1,"placed_at":"2026-06-01T10:00:00Z","test":false,"currency":"GBP","extra":{"x":[1]},
 "customer":{"id":"cus_77","email":" Kim@Example.com ","returning":false},
 "tracking":{"receipt":"abc","code":"ANA."},
 "tickets":[{"id":"T-1","event":"summerfest","type":"ga","type_name":"General\u001b[31m Admission","face_value":4500}]}}`

func parseFaults(t *testing.T, body string) []string {
	t.Helper()
	_, err := ParseWebhook([]byte(body), minute0)
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Kind != Invalid || len(e.Faults) == 0 {
		t.Fatalf("%v, want faults", err)
	}
	var fields []string
	for _, f := range e.Faults {
		if f.Detail == "" {
			t.Errorf("%s has no detail", f.Field)
		}
		fields = append(fields, f.Field)
	}
	slices.Sort(fields)
	return fields
}

func TestParseWebhook_Order_Fields(t *testing.T) {
	w, err := ParseWebhook([]byte(goodOrder), minute0)
	if err != nil {
		t.Fatal(err)
	}
	o := w.Order
	if o.ID != "A-1001" || o.Version != 1 || !o.PlacedAt.Equal(minute0) || o.Currency != "GBP" || o.Customer.Email != "kim@example.com" ||
		o.Tracking != (Tracking{Receipt: "abc", Code: "ana"}) || len(o.Tickets) != 1 {
		t.Errorf("%+v", o)
	}
	if got := o.Tickets[0]; got != (Ticket{ID: "T-1", Event: "summerfest", Type: "ga", TypeName: "General[31m Admission", FaceValue: 4500, Status: Valid}) {
		t.Errorf("%+v", got)
	}
}

func TestParseWebhook_SeveralFaults_AllListed(t *testing.T) {
	got := parseFaults(t, `{"type":"order.placed","timestamp":"yesterday","data":
		{"id":"A\u00071","version":"1","placed_at":"2026-06-01T10:06:00Z","currency":"gbp","customer":{"id":7,"returning":"no"},
		 "tickets":[{"id":"T-1","event":"x","type":"ga","face_value":-1},{"id":"T-1","event":"summerfest","face_value":4.5,"status":"gone"},7]}}`)
	want := []string{
		"data.currency", "data.customer.id", "data.customer.returning", "data.id", "data.placed_at",
		"data.tickets[0].event", "data.tickets[0].face_value",
		"data.tickets[1].face_value", "data.tickets[1].id", "data.tickets[1].status", "data.tickets[1].type",
		"data.tickets[2]", "data.tickets[2].event", "data.tickets[2].face_value", "data.tickets[2].id", "data.tickets[2].type",
		"data.version", "timestamp",
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults\n%q, want\n%q", got, want)
	}
}

func TestParseWebhook_OneFault_Named(t *testing.T) {
	for body, want := range map[string]string{
		`[]`:                                  "body",
		`7`:                                   "body",
		`{}`:                                  "type",
		`{"type":7,"data":{}}`:                "type",
		`{"type":"order.placed"}`:             "data",
		`{"type":"order.placed","data":null}`: "data",
		`{"type":"order.placed","data":"x"}`:  "data",
		`{"type":"invoice.paid","data":{}}`:   "type",
		`{"type":"ticket.scanned","data":{"at":"2026-06-01T10:00:00Z"}}`:                       "data.ticket",
		`{"type":"ticket.scanned","data":{"ticket":"T-1"}}`:                                    "data.at",
		`{"type":"event.updated","data":{"id":"e-1","client":"acme","name":"N"}}`:              "data.url",
		strings.Replace(goodOrder, `"version":1`, `"version":-1`, 1):                           "data.version",
		strings.Replace(goodOrder, `"version":1,`, ``, 1):                                      "data.version",
		strings.Replace(goodOrder, `"placed_at":"2026-06-01T10:00:00Z",`, ``, 1):               "data.placed_at",
		strings.Replace(goodOrder, `"2026-06-01T10:00:00Z"`, `"2026-06-01T10:05:01Z"`, 1):      "data.placed_at",
		strings.Replace(goodOrder, `"face_value":4500`, `"face_value":1e3`, 1):                 "data.tickets[0].face_value",
		strings.Replace(goodOrder, `"face_value":4500`, `"face_value":9999999999999999999`, 1): "data.tickets[0].face_value",
		strings.Replace(goodOrder, `,"face_value":4500`, ``, 1):                                "data.tickets[0].face_value",
		strings.Replace(goodOrder, `"face_value"`, `"paid":-1,"face_value"`, 1):                "data.tickets[0].paid",
		strings.Replace(goodOrder, `"face_value"`, `"paid":1000000000001,"face_value"`, 1):     "data.tickets[0].paid",
		strings.Replace(goodOrder, `"face_value"`, `"paid":"45.00","face_value"`, 1):           "data.tickets[0].paid",
		strings.Replace(goodOrder, `"face_value"`, `"paid":4.5,"face_value"`, 1):               "data.tickets[0].paid",
		strings.Replace(goodOrder, `"test"`, `"channel":7,"test"`, 1):                          "data.channel",
		strings.Replace(goodOrder, `"test"`, `"channel":["online"],"test"`, 1):                 "data.channel",
	} {
		if got := parseFaults(t, body); len(got) != 1 || got[0] != want {
			t.Errorf("%.60s: %q, want %q", body, got, want)
		}
	}
	for _, n := range []int{0, MaxTickets + 1} {
		tickets := make([]string, n)
		for i := range tickets {
			tickets[i] = fmt.Sprintf(`{"id":"T-%d","event":"summerfest","type":"ga","face_value":1}`, i)
		}
		body := fmt.Sprintf(`{"type":"order.placed","data":{"id":"A","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tickets":[%s]}}`, strings.Join(tickets, ","))
		if got := parseFaults(t, body); len(got) != 1 || got[0] != "data.tickets" {
			t.Errorf("%d tickets: %q", n, got)
		}
	}
}

// What another type was written for is told by what stands there instead.
func TestParseWebhook_WrongTypes_SayWhatIsWanted(t *testing.T) {
	for wrong, want := range map[string]string{
		`"face_value":45.00`:   "data.tickets[0].face_value must be a whole number of minor units (4500 for GBP 45.00), not the number 45.00",
		`"face_value":"45.00"`: "data.tickets[0].face_value must be a whole number of minor units (4500 for GBP 45.00), not a string",
		`"placed_at":1780308`:  `data.placed_at must be a time such as "2026-06-01T10:00:00Z", not the number 1780308`,
		`"version":1.5`:        "data.version must be a whole number, not the number 1.5",
	} {
		name, _, _ := strings.Cut(wrong, ":")
		body := regexp.MustCompile(name+`:("[^"]*"|\d+)`).ReplaceAllLiteralString(goodOrder, wrong)
		_, err := ParseWebhook([]byte(body), minute0)
		if e, ok := errors.AsType[*Error](err); !ok || e.Faults[0].Field+" "+e.Faults[0].Detail != want {
			t.Errorf("%s: %+v, want %s", wrong, err, want)
		}
	}
}

func TestParseWebhook_TimesOfRFC3339_Taken(t *testing.T) {
	for _, tt := range []struct {
		text string
		want time.Time
	}{
		{"1969-12-31T23:59:59.9999Z", time.UnixMilli(-1)}, // rounded down, as after 1970
		{"1912-04-15t02:20:00-03:00", time.Date(1912, 4, 15, 5, 20, 0, 0, time.UTC)},
		{"2016-12-31T23:59:60Z", time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"0001-01-01T00:00:00Z", time.Time{}},
	} {
		quoted := `"` + tt.text + `"`
		w, err := ParseWebhook([]byte(strings.ReplaceAll(goodOrder, `"2026-06-01T10:00:00Z"`, quoted)), minute0)
		if err != nil || !w.Order.PlacedAt.Equal(tt.want) {
			t.Errorf("placed_at %s: %v, %v", tt.text, w.Order.PlacedAt, err)
		}
		w, err = ParseWebhook([]byte(`{"type":"ticket.scanned","data":{"ticket":"T-1","at":`+quoted+`}}`), minute0)
		if err != nil || !w.Scan.At.Equal(tt.want) {
			t.Errorf("at %s: %v, %v", tt.text, w.Scan.At, err)
		}
		w, err = ParseWebhook([]byte(`{"type":"event.updated","data":{"id":"e-1","client":"acme","name":"N","url":"https://t.example/e","starts_at":`+quoted+`}}`), minute0)
		if err != nil || w.Event.StartsAt == nil || !w.Event.StartsAt.Equal(tt.want) {
			t.Errorf("starts_at %s: %v, %v", tt.text, w.Event.StartsAt, err)
		}
	}
	for year, want := range map[string]string{"0000": "years 0001 to 9999", "9999": "lies 2,912,078 days ahead"} {
		_, err := ParseWebhook([]byte(strings.Replace(goodOrder, `"placed_at":"2026`, `"placed_at":"`+year, 1)), minute0)
		if e, ok := errors.AsType[*Error](err); !ok || len(e.Faults) != 1 || !strings.Contains(e.Faults[0].Detail, want) {
			t.Errorf("the year %s: %+v", year, err)
		}
	}
}

func TestParseStart_FormsOfPeopleAndRFC3339_Instant(t *testing.T) {
	for s, want := range map[string]time.Time{
		"2026-06-20T19:30:00+01:00": time.Date(2026, 6, 20, 18, 30, 0, 0, time.UTC),
		"2026-06-20t18:30:00z":      time.Date(2026, 6, 20, 18, 30, 0, 0, time.UTC),
		" 2026-06-20T19:30 ":        time.Date(2026, 6, 20, 18, 30, 0, 0, time.UTC),
		"2026-06-20 19:30":          time.Date(2026, 6, 20, 18, 30, 0, 0, time.UTC),
		"2026-06-20":                time.Date(2026, 6, 19, 23, 0, 0, 0, time.UTC),
		"1966-07-30T15:00":          time.Date(1966, 7, 30, 14, 0, 0, 0, time.UTC),
	} {
		if got, err := ParseStart(s, "Europe/London"); err != nil || got == nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v; want %v", s, got, err, want)
		}
	}
	if got, err := ParseStart(" ", "Europe/London"); got != nil || err != nil {
		t.Errorf("nothing: %v, %v", got, err)
	}
	for s, want := range map[string]string{
		"soon":                   "must be a time such as",
		"2026-06-20T19:30:00,5Z": "must be a time such as",
		"0000-06-20T19:30:00Z":   "years 0001 to 9999",
		"0000-06-20":             "years 0001 to 9999",
	} {
		if got, err := ParseStart(s, "Europe/London"); got != nil || KindOf(err) != Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}

func TestParseWebhook_NotJSON_Malformed(t *testing.T) {
	for _, body := range []string{"", "{", "order", goodOrder + "x", "{\"type\":\"\xff\"}"} {
		if _, err := ParseWebhook([]byte(body), minute0); KindOf(err) != Malformed {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestParseWebhook_AnyTracking_NeverRefused(t *testing.T) {
	for tracking, want := range map[string]Tracking{
		`null`:                                   {},
		`{}`:                                     {},
		`{"receipt":null}`:                       {},
		`{"receipt":"","code":""}`:               {},
		`"x"`:                                    {Receipt: "?"},
		`7`:                                      {Receipt: "?"},
		`{"receipt":7,"code":[]}`:                {Receipt: "?", Code: ""},
		`{"receipt":"a","code":"B/"}`:            {Receipt: "a", Code: "b"},
		`{"click":" ABCD ","coupon":" Ana10! "}`: {Click: "abcd", Coupon: "ana10"},
		`{"consent":false}`:                      {Consent: ConsentRefused},
		`{"consent":true,"code":"b"}`:            {Consent: ConsentGiven, Code: "b"},
		`{"consent":null}`:                       {},
		`{"consent":"false"}`:                    {},
		`{"consent":0}`:                          {},
		`{"consent":[false]}`:                    {},
		`{"click":7,"coupon":7}`:                 {Click: "?"},
		`{"click":"","coupon":null}`:             {},
		`{"click":"` + strings.Repeat("a", 33) + `"}`:             {Click: "?"},
		`{"coupon":"` + strings.Repeat("a", MaxID+1) + `"}`:       {Coupon: Truncate(strings.Repeat("a", MaxID+1), MaxID)},
		`{"receipt":"` + strings.Repeat("a", MaxReceipt+1) + `"}`: {Receipt: "?"},
	} {
		body := strings.Replace(goodOrder, `{"receipt":"abc","code":"ANA."}`, tracking, 1)
		w, err := ParseWebhook([]byte(body), minute0)
		if err != nil || w.Order.Tracking != want {
			t.Errorf("%.40s: %+v, %v", tracking, w.Order, err)
		}
	}
}

func TestParseWebhook_ChannelAndPaid_Taken(t *testing.T) {
	body := strings.Replace(goodOrder, `"test"`, `"channel":" box\u202e_office ","test"`, 1)
	for text, want := range map[string]int64{`"paid":0,`: 0, `"paid":3999,`: 3999, `"paid":1000000000000,`: MaxFaceValue, `"paid":null,`: -1, ``: -1} {
		w, err := ParseWebhook([]byte(strings.Replace(body, `"face_value"`, text+`"face_value"`, 1)), minute0)
		if err != nil {
			t.Fatal(err)
		}
		got := int64(-1)
		if paid := w.Order.Tickets[0].Paid; paid != nil {
			got = *paid
		}
		if got != want || w.Order.Channel != "box_office" {
			t.Errorf("%s: paid %d, channel %q", text, got, w.Order.Channel)
		}
	}
}

func TestParseWebhook_Ping_NothingElseLookedAt(t *testing.T) {
	for _, body := range []string{`{"type":"ping"}`, `{"type":"ping","timestamp":"soon","data":null}`, `{"timestamp":7,"data":[1],"type":"ping"}`} {
		w, err := ParseWebhook([]byte(body), minute0)
		if err != nil || w != (Webhook{Type: TypePing}) {
			t.Errorf("%s: %+v, %v", body, w, err)
		}
	}
}

func TestParseWebhook_ScanAndEvent_Fields(t *testing.T) {
	w, err := ParseWebhook([]byte(`{"type":"ticket.unscanned","data":{"ticket":"T-1","at":"2026-06-20T20:00:00.123456+01:00"}}`), minute0)
	if err != nil || *w.Scan != (Scan{"T-1", time.Date(2026, 6, 20, 19, 0, 0, 123e6, time.UTC), false}) {
		t.Errorf("%+v, %v", w.Scan, err)
	}
	w, err = ParseWebhook([]byte(`{"type":"event.updated","data":{"id":"summerfest","client":"acme","name":"Summer\u202e Fest","url":"https://t.example/s","starts_at":"2026-06-20T19:30:00+01:00","timezone":"Europe/London","ticket_types":[{"id":"ga","name":""}]}}`), minute0)
	if err != nil || w.Event.Name != "Summer Fest" || w.Event.StartsAt == nil || len(w.Event.TicketTypes) != 1 || w.Event.TicketTypes[0].Name != "ga" {
		t.Errorf("%+v, %v", w.Event, err)
	}
}

func FuzzParseWebhook(f *testing.F) {
	f.Add([]byte(goodOrder))
	f.Add([]byte(`{"type":"ticket.scanned","data":{"ticket":"T-1","at":"2026-06-01T10:00:00Z"}}`))
	f.Add([]byte(`{"type":"event.updated","data":{"id":"e-1","client":"acme","name":"N","url":"https://t.example"}}`))
	f.Add([]byte(`{"type":"order.x","data":{"tickets":[[{}],null]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		w, err := ParseWebhook(body, minute0)
		if err == nil {
			if (w.Order == nil) == (w.Scan == nil && w.Event == nil) && w.Type != TypePing {
				t.Errorf("%q is %+v", body, w)
			}
			if w.Order != nil {
				w.Order.Digest()
			}
			return
		}
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != Malformed && e.Kind != Invalid || e.Kind == Invalid && len(e.Faults) == 0 {
			t.Errorf("%q: %v", body, err)
		}
		if e != nil && e.Kind == Malformed && json.Valid(body) && strings.ToValidUTF8(string(body), "") == string(body) {
			t.Errorf("%q is JSON, and called malformed", body)
		}
	})
}

func TestWebhook_Timestamp_HappenedWithinBounds(t *testing.T) {
	for _, tt := range []struct {
		timestamp string
		at        time.Time
		ok        bool
	}{
		{``, time.Time{}, false},
		{`"timestamp":"2026-06-01T12:00:00.5+02:00",`, minute0.Add(500 * time.Millisecond), true},
		{`"timestamp":"1999-12-31T23:59:59Z",`, time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC), true},
		{`"timestamp":"1960-12-31t23:59:60.25z",`, time.Date(1961, 1, 1, 0, 0, 0, 250e6, time.UTC), true},
		{`"timestamp":"2026-06-01T10:05:00Z",`, minute0.Add(MaxAhead), true},
		{`"timestamp":"2026-06-01T10:05:01Z",`, minute0.Add(MaxAhead + time.Second), false}, // a clock that went wrong
	} {
		w, err := ParseWebhook([]byte(`{"type":"ticket.scanned",`+tt.timestamp+`"data":{"ticket":"T-1","at":"2026-06-01T10:00:00Z"}}`), minute0)
		if at, ok := w.Happened(minute0); err != nil || !at.Equal(tt.at) || ok != tt.ok {
			t.Errorf("%s: %v %v %v", tt.timestamp, at, ok, err)
		}
	}
}
