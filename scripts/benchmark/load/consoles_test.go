package load

import (
	"testing"
	"time"
)

// An update is counted once, when its first bytes come; what comes after it, and bytes
// without a change, are only bytes.
func TestConsoleSession_Bytes_OneUpdateAChange(t *testing.T) {
	begin := time.Now()
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	first, second := &change{at(100)}, &change{at(300)}
	s := &consoleSession{}
	s.take(1000, nil, at(50))
	s.take(20, first, at(130))
	s.take(30, first, at(135))
	s.take(40, second, at(310))
	if s.bytes != 1090 || s.updates != 2 || s.latencies.Len() != 2 || s.latencies.Percentile(100) != 30 || s.latencies.Percentile(1) != 10 {
		t.Errorf("%+v", s)
	}
}
