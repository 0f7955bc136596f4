package load

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Orders are signed webhooks, each a new order of two or three tickets, placed now.
// Every answer must be 200 and say "applied".
type Orders struct {
	Addresses   []string // the connections are spread over them
	Checkout    string   // its name
	Secret      string   // whsec_…
	Connections int

	Prefix    string   // of the orders' ids: no two jobs on one database may share it
	Count     int      // how many are prepared; when all were sent, the step ends
	Repeat    bool     // instead they are sent again: for a server that stores nothing
	Customers int      // the orders are spread over so many at random
	Receipts  []string // one of them for each order at random
	Codes     int      // where there are no receipts: the code of one of so many links, the first ones more often
	Events    []string // each ticket is for one of them
	Types     []string // and of one of these types
}

func (o *Orders) prepare(ctx context.Context) (runner, error) {
	requests, err := o.build(time.Now())
	if err != nil {
		return nil, err
	}
	conns, err := dial(ctx, o.Addresses, o.Connections)
	if err != nil {
		return nil, err
	}
	var sent atomic.Int64
	return &httpLoad{
		conns: conns,
		next: func(int, []byte) []byte {
			n := int(sent.Add(1) - 1)
			if o.Repeat {
				n %= o.Count
			}
			if n >= o.Count {
				return nil
			}
			return requests.at(n)
		},
		good: applied,
	}, nil
}

func applied(status int, body []byte) bool {
	return status == http.StatusOK && bytes.Contains(body, []byte(`"applied"`))
}

// slab is many byte strings in one piece of memory, so that the garbage collector of
// the load has nothing to do.
type slab struct {
	bytes []byte
	ends  []int
}

func (s *slab) end() { s.ends = append(s.ends, len(s.bytes)) }

func (s *slab) at(n int) []byte {
	from := 0
	if n > 0 {
		from = s.ends[n-1]
	}
	return s.bytes[from:s.ends[n]]
}

// build writes and signs the requests.
func (o *Orders) build(now time.Time) (*slab, error) {
	key, err := standardwebhooks.NewWebhook(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("the checkout's secret: %w", err)
	}
	all := &slab{bytes: make([]byte, 0, o.Count*1400)}
	body := make([]byte, 0, 2048)
	random := rand.New(rand.NewPCG(uint64(now.UnixNano()), uint64(o.Count)))
	for n := range o.Count {
		body = o.body(body[:0], n, now, random)
		id := fmt.Sprintf("msg_%s-%d", o.Prefix, n)
		signature, err := key.Sign(id, now, body)
		if err != nil {
			return nil, err
		}
		all.bytes = fmt.Appendf(all.bytes, "POST /webhooks/%s HTTP/1.1\r\nHost: go.example\r\nContent-Type: application/json\r\nContent-Length: %d\r\nwebhook-id: %s\r\nwebhook-timestamp: %d\r\nwebhook-signature: %s\r\n\r\n",
			o.Checkout, len(body), id, now.Unix(), signature)
		all.bytes = append(all.bytes, body...)
		all.end()
	}
	return all, nil
}

// body is the n-th order, as contract and README describe it.
func (o *Orders) body(b []byte, n int, now time.Time, random *rand.Rand) []byte {
	at, customer := now.UTC().Format(time.RFC3339), random.IntN(o.Customers)
	b = fmt.Appendf(b, `{"type":"order.placed","timestamp":%q,"data":{"id":"%s-%d","version":1,"placed_at":%q,"currency":"GBP","customer":{"id":"cus_%d","email":"buyer%d@example.com"},"tracking":{`,
		at, o.Prefix, n, at, customer, customer)
	if len(o.Receipts) > 0 {
		b = fmt.Appendf(b, `"receipt":%q`, o.Receipts[random.IntN(len(o.Receipts))])
	} else {
		skewed := random.Float64()
		b = fmt.Appendf(b, `"code":%q`, Code(int(skewed*skewed*float64(o.Codes))))
	}
	b = append(b, `},"tickets":[`...)
	for i := range 2 + random.IntN(2) {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"id":"%s-%d-%d","event":%q,"type":%q,"type_name":"General Admission","face_value":`,
			o.Prefix, n, i, o.Events[random.IntN(len(o.Events))], o.Types[random.IntN(len(o.Types))])
		b = strconv.AppendInt(b, int64(1000+random.IntN(9000)), 10)
		b = append(b, `,"status":"valid"}`...)
	}
	return append(b, `]}}`...)
}
