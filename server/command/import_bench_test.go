package command

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkOrderImport imports 4,000 orders of 10,000 tickets, half of them scanned, into a
// platform that has none, on a real database. What it says is the time of a line.
func BenchmarkOrderImport(b *testing.B) {
	var file strings.Builder
	file.WriteString("order,ticket,placed_at,event,type,type_name,currency,face_value,code,customer,scanned\n")
	lines := 0
	for order := range 4000 {
		for n := range 2 + order%2 {
			fmt.Fprintf(&file, "B-%d,B-%d-%d,2026-0%d-%02dT10:00:00Z,summerfest,ga,General Admission,GBP,45.00,%s,cus_%d,%t\n",
				order, order, n, 1+order%5, 1+order%28, []string{"ana", ""}[order%2], order/2, n%2 == 0)
			lines++
		}
	}
	for b.Loop() {
		b.StopTimer()
		p := newPlatform(b)
		p.seed()
		p.in = file.String()
		b.StartTimer()
		if got := p.admin("order import"); !strings.Contains(got, "Applied       4,000") {
			b.Fatal(got)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*lines), "ns/line")
}
