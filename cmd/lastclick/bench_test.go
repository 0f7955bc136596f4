package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lastclick/model"
)

// BenchmarkLive_OrderToScreen reports how long a committed order takes to an open
// console: the contract says 250 ms.
func BenchmarkLive_OrderToScreen(b *testing.B) {
	p := serve(b)
	box := p.seed()
	kim, screen := p.customerAndConsole()
	defer screen.close()
	var took []time.Duration
	for b.Loop() {
		i := len(took)
		if status, answer := box.post(fmt.Sprint("msg_", i), orderBody(fmt.Sprint("A-", i), kim.receipt(), 101)); status != 200 {
			b.Fatalf("%d %s", status, answer)
		}
		committed := time.Now()
		screen.waitFor(model.FormatAmount(int64(i+1)*101, "GBP"))
		took = append(took, time.Since(committed))
	}
	screen.quit()
	slices.Sort(took)
	b.ReportMetric(milliseconds(took[len(took)/2]), "ms-median")
	b.ReportMetric(milliseconds(took[len(took)-1]), "ms-max")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLive_Idle reports the CPU time that ten waiting consoles cost, and what is
// used after they were cut off.
func BenchmarkLive_Idle(b *testing.B) {
	p := serve(b)
	p.seed()
	const consoles = 10
	var open []*screen
	for range consoles {
		s := p.console(p.admin, 80, 24)
		s.waitFor("Ana", "Total")
		open = append(open, s)
	}
	var waiting, left []float64
	for b.Loop() {
		waiting = append(waiting, p.cpu(time.Second))
	}
	for _, s := range open {
		s.close()
	}
	for range waiting {
		left = append(left, p.cpu(time.Second))
	}
	b.ReportMetric(median(waiting), "cpu-ms/s-waiting")
	b.ReportMetric(median(left), "cpu-ms/s-after")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLive_Kill reports how long the start takes after a kill under load, and how
// many clicks were lost of those answered more than 50 ms before it.
func BenchmarkLive_Kill(b *testing.B) {
	p := serve(b)
	box := p.seed()
	var starts []float64
	lost := 0
	for b.Loop() {
		before := p.clicks("ana")
		l := p.killUnderLoad(box, len(starts))
		restart := time.Now()
		p.start()
		starts = append(starts, milliseconds(time.Since(restart)))
		owed := 0
		for _, at := range l.clicks {
			if l.killed.Sub(at) > 50*time.Millisecond {
				owed++
			}
		}
		lost += max(0, owed-(p.clicks("ana")-before))
	}
	b.ReportMetric(median(starts), "ms/start")
	b.ReportMetric(float64(lost), "clicks-lost")
	b.ReportMetric(0, "ns/op")
}

// cpu is the CPU time that the daemon uses, in milliseconds a second.
func (p *platform) cpu(over time.Duration) float64 {
	before := p.metric("process_cpu_seconds_total")
	<-time.After(over)
	return (p.metric("process_cpu_seconds_total") - before) * 1000 / over.Seconds()
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
