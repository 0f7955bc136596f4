package db_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// The benchmarks here compare two ways in one run, a round of the one after a round
// of the other, for a machine is never as fast as it was an hour ago. scripts/bench
// prints them.

var benchOrders = flag.Int("orders", 20_000, "how many orders BenchmarkStatsCells counts")

// submitters are who waits for a commit at once.
const submitters = 64

// median of the rounds.
func median(rounds []float64) float64 {
	slices.Sort(rounds)
	return rounds[len(rounds)/2]
}

// submit has all submitters deliver orders, so many each, and says how long it took.
func submit(each int, deliver func(n int64), first int64) time.Duration {
	begin := time.Now()
	var all sync.WaitGroup
	for i := range int64(submitters) {
		all.Go(func() {
			for n := range int64(each) {
				deliver(first + i*int64(each) + n)
			}
		})
	}
	all.Wait()
	return time.Since(begin)
}

// BenchmarkGroupCommit is 512 orders of 64 submitters, each waiting until its own is
// durable: as the committer does it, and with a transaction for each order, which has
// its own fsync. Both do the same work in it.
func BenchmarkGroupCommit(b *testing.B) {
	const each = 8
	_, grouped := openBench(b)
	_, single := openBench(b)
	var one sync.Mutex
	var ratios, rates []float64
	first := int64(0)
	receipts := [2]string{grouped.Receipt("bea@50", "ana@60"), single.Receipt("bea@50", "ana@60")}
	var deliveries [2][submitters * each]model.Delivery
	for b.Loop() {
		for n := range deliveries[0] {
			o := benchOrder(receipts[0], first+int64(n))
			deliveries[0][n] = grouped.Delivery("box", o.ID, o.Body())
			o = benchOrder(receipts[1], first+int64(n))
			deliveries[1][n] = single.Delivery("box", o.ID, o.Body())
		}
		slow := submit(each, func(n int64) {
			one.Lock()
			defer one.Unlock()
			if _, err := single.Store.Receive(single.Ctx, deliveries[1][n]); err != nil {
				b.Error(err)
			}
		}, 0)
		fast := submit(each, func(n int64) {
			if _, err := grouped.Store.Receive(grouped.Ctx, deliveries[0][n]); err != nil {
				b.Error(err)
			}
		}, 0)
		first += submitters * each
		ratios = append(ratios, slow.Seconds()/fast.Seconds())
		rates = append(rates, submitters*each/fast.Seconds())
	}
	b.ReportMetric(median(ratios), "times")
	b.ReportMetric(median(rates), "orders/s")
}

// naive counts what the page shows from the facts, as one would without cells: for
// every ticket type of every link, for every link, and over all.
var naive = []string{
	`SELECT t.link_id, t.event_id, t.type, ` + columns + ` GROUP BY t.link_id, t.event_id, t.type`,
	`SELECT t.link_id, 0, '', ` + columns + ` GROUP BY t.link_id`,
	`SELECT 0, 0, '', ` + columns,
}

const columns = `count(DISTINCT o.customer_id), count(DISTINCT CASE WHEN u.first_order = o.id AND o.returns = 0 THEN o.id END), count(DISTINCT o.id),
		count(*), total(s.scanned), total(t.face_value)
	FROM tickets t JOIN orders o ON o.id = t.order_id LEFT JOIN customers u ON u.id = o.customer_id
		LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id
	WHERE t.client_id = (SELECT id FROM clients WHERE slug = 'acme') AND t.link_id IS NOT NULL AND t.status = 'valid' AND o.test = 0`

// naiveStats runs the queries and returns the tickets of the last one: the total.
func naiveStats(ctx context.Context, file *sql.DB) (tickets int64, err error) {
	for _, query := range naive {
		if tickets, err = naiveRows(ctx, file, query); err != nil {
			return 0, err
		}
	}
	return tickets, nil
}

func naiveRows(ctx context.Context, file *sql.DB, query string) (tickets int64, err error) {
	rows, err := file.QueryContext(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var link, event, customers, newCustomers, orders int64
		var typ string
		var scanned, face float64
		if err := rows.Scan(&link, &event, &typ, &customers, &newCustomers, &orders, &tickets, &scanned, &face); err != nil {
			return 0, err
		}
	}
	return tickets, rows.Err()
}

// BenchmarkStatsCells is the page of 100 links over all that was sold: read from the
// cells, and counted by GROUP BY in the same file.
func BenchmarkStatsCells(b *testing.B) {
	dir := memoryDir(b)
	s, err := db.Open(b.Context(), db.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	w := dbtest.Seed(b, s)
	for i := range 98 {
		w.AddLink("acme", fmt.Sprint("link-", i), "")
	}
	submit(*benchOrders/submitters+1, func(n int64) {
		o := dbtest.Order{
			ID: fmt.Sprint("A-", n), Customer: fmt.Sprint("c-", n%7001), Code: fmt.Sprint("link-", n%98),
			Tickets: []dbtest.Ticket{{ID: fmt.Sprint("T-", n)}, {ID: fmt.Sprint("U-", n), Type: "vip", Face: 9000}},
		}
		if _, err := s.Receive(w.Ctx, w.Delivery("box", o.ID, o.Body())); err != nil {
			b.Error(err)
		}
	}, 0)
	file, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "lastclick.db")+"?mode=ro&_cache_size=-32000")
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	var ratios, times []float64
	for b.Loop() {
		begin := time.Now()
		tickets, err := naiveStats(b.Context(), file)
		if err != nil {
			b.Fatal(err)
		}
		slow := time.Since(begin)
		begin = time.Now()
		st, err := s.Stats(b.Context(), w.Owner, model.Filter{})
		if err != nil {
			b.Fatal(err)
		}
		fast := time.Since(begin)
		if st.Total.Tickets != tickets {
			b.Fatalf("%d tickets, and %d by the other count", st.Total.Tickets, tickets)
		}
		ratios = append(ratios, slow.Seconds()/fast.Seconds())
		times = append(times, fast.Seconds()*1000)
	}
	b.ReportMetric(median(ratios), "times")
	b.ReportMetric(median(times), "ms/page")
}
