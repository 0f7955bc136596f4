package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof" // in the processes that are measured
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

var (
	consoles       = flag.Int("consoles", 20, "BenchmarkConsoles: sessions that are open")
	consoleChanges = flag.Float64("changes", 5, "BenchmarkConsoles: changes a second; 0 for idle consoles")
	consoleTime    = flag.Duration("over", 2*time.Second, "BenchmarkConsoles: for so long")
	consoleProfile = flag.String("profiles", "", "BenchmarkConsoles: a folder for CPU and heap profiles of the servers")
)

// Where the servers under measurement serve their profiles, if they do.
const debugAddress = "LASTCLICK_TEST_DEBUG"

func init() {
	address := os.Getenv(debugAddress)
	if address == "" {
		return
	}
	if os.Getenv("LASTCLICK_TEST_HEAP") != "" {
		runtime.MemProfileRate = 512
	}
	http.HandleFunc("/free", func(w http.ResponseWriter, _ *http.Request) {
		runtime.GC()
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Fprintln(w, runtime.NumGoroutine(), m.HeapAlloc, m.StackInuse)
	})
	go func() { panic(http.ListenAndServe(address, nil)) }()
}

// consoleServer is a server whose consoles are measured.
type consoleServer struct {
	b       *testing.B
	pid     int
	ssh     string
	debug   string
	signers []ssh.Signer
	change  func()
}

// BenchmarkConsoles measures open consoles against a stock one, in rounds that take
// turns: CPU a change and session, how long a change takes to the bytes on the wire, how
// many bytes, and what a session keeps. Each round is one of b.N.
func BenchmarkConsoles(b *testing.B) {
	figures := map[string]map[string][]float64{}
	servers := map[string]*consoleServer{"ours": ourConsoles(b), "stock": stockConsoles(b)}
	order := []string{"ours", "stock"}
	for b.Loop() {
		for _, name := range order {
			for unit, v := range servers[name].round(name) {
				if figures[name] == nil {
					figures[name] = map[string][]float64{}
				}
				figures[name][unit] = append(figures[name][unit], v)
			}
		}
		slices.Reverse(order)
	}
	b.ReportMetric(0, "ns/op")
	for name, units := range figures {
		for unit, values := range units {
			b.ReportMetric(median(values), name+"-"+unit)
		}
	}
}

// round opens the consoles, changes numbers for a while and closes them.
func (s *consoleServer) round(name string) map[string]float64 {
	idle, goroutines := s.memory()
	var taken counters
	var open []*listener
	cpu := s.cpu()
	for i := range *consoles {
		open = append(open, s.open(i, &taken))
	}
	for _, l := range open {
		l.first()
	}
	figures := map[string]float64{"open-ms": float64(s.cpu()-cpu) / 1e6 / float64(*consoles)}
	<-time.After(time.Second)
	s.profile(name)
	s.measure(&taken, open, figures)
	busy, more := s.memory()
	s.heap(name)
	figures["KB/session"] = float64(busy-idle) / 1024 / float64(*consoles)
	figures["goroutines"] = float64(more-goroutines) / float64(*consoles)
	for _, l := range open {
		_ = l.client.Close()
	}
	<-time.After(time.Second)
	return figures
}

func (s *consoleServer) measure(taken *counters, open []*listener, figures map[string]float64) {
	taken.reset()
	before, start := s.cpu(), time.Now()
	changes := 0
	if *consoleChanges > 0 {
		every := time.NewTicker(time.Duration(float64(time.Second) / *consoleChanges))
		defer every.Stop()
		for time.Since(start) < *consoleTime {
			<-every.C
			for _, l := range open {
				l.waits.Store(int64(changes + 1))
			}
			s.change()
			taken.acknowledge(time.Now())
			changes++
		}
	} else {
		<-time.After(*consoleTime)
	}
	<-time.After(300 * time.Millisecond) // what is under way comes
	cpu, took := s.cpu()-before, time.Since(start)
	figures["cpu%"] = 100 * float64(cpu) / float64(took)
	if changes == 0 {
		return
	}
	updates := float64(changes * len(open))
	figures["µs/update"] = float64(cpu) / 1e3 / updates
	figures["B/update"] = float64(taken.bytes.Load()) / updates
	waits := taken.waits()
	figures["updates"] = float64(len(waits)) / updates
	if n := len(waits); n > 0 {
		figures["p50-ms"] = milliseconds(waits[n/2])
		figures["p99-ms"] = milliseconds(waits[n*99/100])
	}
}

// counters is what the sessions received.
type counters struct {
	bytes atomic.Int64
	mu    sync.Mutex
	acked []time.Time // the changes, once they are committed
	first []arrival   // a session's first bytes after a change
}

type arrival struct {
	change int
	at     time.Time
}

func (c *counters) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acked, c.first = nil, nil
	c.bytes.Store(0)
}

func (c *counters) acknowledge(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acked = append(c.acked, at)
}

// arrive notes first bytes after the change that is under way, or was the last.
func (c *counters) arrive(change int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.first = append(c.first, arrival{change, time.Now()})
}

// waits are the times from the commits to the bytes, sorted. Bytes may come before the
// answer to the order does.
func (c *counters) waits() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var waits []time.Duration
	for _, a := range c.first {
		waits = append(waits, max(0, a.at.Sub(c.acked[a.change])))
	}
	slices.Sort(waits)
	return waits
}

// listener is a session that reads what comes.
type listener struct {
	client *ssh.Client
	waits  atomic.Int64 // the number of the change whose first bytes are awaited; 0: none
	drawn  chan struct{}
	b      *testing.B
}

func (l *listener) first() {
	select {
	case <-l.drawn:
	case <-time.After(30 * time.Second):
		l.b.Fatal("a console shows nothing")
	}
}

func (s *consoleServer) open(i int, taken *counters) *listener {
	client, err := ssh.Dial("tcp", s.ssh, &ssh.ClientConfig{User: "me", Auth: []ssh.AuthMethod{ssh.PublicKeys(s.signers[i%len(s.signers)])}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 20 * time.Second})
	if err != nil {
		s.b.Fatal(err)
	}
	session, err := client.NewSession()
	if err != nil {
		s.b.Fatal(err)
	}
	out, err := session.StdoutPipe()
	if err != nil {
		s.b.Fatal(err)
	}
	if _, err := session.StdinPipe(); err != nil {
		s.b.Fatal(err)
	}
	if err := session.RequestPty("xterm-256color", 40, 120, ssh.TerminalModes{}); err != nil {
		s.b.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		s.b.Fatal(err)
	}
	l := &listener{client: client, drawn: make(chan struct{}), b: s.b}
	go l.read(out, taken)
	return l
}

func (l *listener) read(out io.Reader, taken *counters) {
	buf := make([]byte, 16<<10)
	seen, drawn := 0, false
	for {
		n, err := out.Read(buf)
		if err != nil {
			return
		}
		if seen += n; seen > 1500 && !drawn {
			drawn = true
			close(l.drawn)
		}
		taken.bytes.Add(int64(n))
		if change := l.waits.Swap(0); change > 0 {
			taken.arrive(int(change - 1))
		}
	}
}

// cpu is the processor time of the server so far.
func (s *consoleServer) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid))
	if err != nil {
		s.b.Skip("this system has no /proc")
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// memory is what the server holds after a collection, and its goroutines.
func (s *consoleServer) memory() (resident, goroutines int) {
	var heap, stack int
	if _, err := fmt.Sscan(s.get("/free"), &goroutines, &heap, &stack); err != nil {
		s.b.Fatal(err)
	}
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		s.b.Skip("this system has no /proc")
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if kb, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.Fields(kb)[0])
			s.b.Logf("goroutines %d, heap %d KB, stacks %d KB, resident %d KB", goroutines, heap>>10, stack>>10, n)
			return n << 10, goroutines
		}
	}
	return 0, goroutines
}

func (s *consoleServer) get(path string) string {
	resp, err := http.Get("http://" + s.debug + path)
	if err != nil {
		s.b.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.b.Fatal(err)
	}
	return string(body)
}

func (s *consoleServer) profile(name string) {
	if *consoleProfile == "" {
		return
	}
	go func() {
		body := s.get(fmt.Sprintf("/debug/pprof/profile?seconds=%d", max(1, int(consoleTime.Seconds()))))
		_ = os.WriteFile(filepath.Join(*consoleProfile, name+".cpu"), []byte(body), 0o600)
	}()
}

func (s *consoleServer) heap(name string) {
	if *consoleProfile != "" {
		_ = os.WriteFile(filepath.Join(*consoleProfile, name+".heap"), []byte(s.get("/debug/pprof/heap")), 0o600)
		_ = os.WriteFile(filepath.Join(*consoleProfile, name+".goroutines"), []byte(s.get("/debug/pprof/goroutine?debug=1")), 0o600)
	}
}

func freeAddress(b *testing.B) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// stockConsoles starts the peer.
func stockConsoles(b *testing.B) *consoleServer {
	s := &consoleServer{b: b, debug: freeAddress(b), signers: []ssh.Signer{newIdentity(b, "me").signer}}
	cmd := lastclick(context.Background(), b.TempDir())
	cmd.Env = append(cmd.Env, asStock+"=1", debugAddress+"="+s.debug)
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	var web string
	line, err := bufio.NewReader(out).ReadString('\n')
	if _, scan := fmt.Sscanf(line, "ready http=%s ssh=%s\n", &web, &s.ssh); scan != nil {
		b.Fatal(line, err, scan)
	}
	s.pid = cmd.Process.Pid
	s.change = func() {
		resp, err := http.Get("http://" + web + "/change")
		if err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	return s
}

// ourConsoles starts a daemon with 30 links of an event each. A change is one order
// with tickets of three of the events, so that three rows and the total move.
func ourConsoles(b *testing.B) *consoleServer {
	s := &consoleServer{b: b, debug: freeAddress(b)}
	p := &platform{t: b, data: filepath.Join(b.TempDir(), "data"), admin: newIdentity(b, "admin"), env: []string{debugAddress + "=" + s.debug, "LASTCLICK_TEST_HEAP=" + os.Getenv("LASTCLICK_TEST_HEAP")}}
	p.start()
	b.Cleanup(p.stop)
	p.run("client", "add", "acme", "--name", "Acme", "--url", "https://tickets.example/acme", "--rule", "in-scope")
	for i := range stockRows {
		event := fmt.Sprint("event-", i)
		p.run("event", "add", event, "--name", fmt.Sprintf("'Summer Fest %d'", i), "--url", "https://tickets.example/"+event)
		p.run("link", "add", fmt.Sprintf("'Influencer %d'", i), "ana@example.com", "--event", event, "--code", fmt.Sprint("link-", i), "--no-mail")
	}
	for i := range 20 { // a key may open 32 sessions
		id := newIdentity(b, fmt.Sprint("viewer", i))
		p.run("promoter", "add", fmt.Sprint("viewer", i), "--role", "viewer", "--key", fmt.Sprintf("'%s'", id.public))
		s.signers = append(s.signers, id.signer)
	}
	box := p.checkout("boxoffice")
	var receipts []string
	for i := range stockRows / 3 {
		kim := p.browser()
		for j := range 3 {
			kim.follow(fmt.Sprint("/link-", 3*i+j))
		}
		receipts = append(receipts, kim.receipt())
	}
	s.ssh, s.pid = p.ssh, p.cmd.Process.Pid
	n := 0
	sell := func(group, each int) {
		body := threeEvents(fmt.Sprint("A-", n), receipts[group], 3*group, each)
		if status, answer := box.post(fmt.Sprint("msg_", n), body); status != 200 || strings.Count(answer, "last_click") != 3*each {
			b.Fatal(status, answer)
		}
		n++
	}
	for group := range receipts { // so far apart that a sale moves no row to another place
		sell(group, 30*(len(receipts)-group))
	}
	s.change = func() { sell(n%len(receipts), 1) }
	return s
}

// threeEvents is an order of so many tickets for each of three events, placed now.
func threeEvents(id, receipt string, event, each int) string {
	now := time.Now().UTC().Format(time.RFC3339)
	var tickets []string
	for i := range 3 * each {
		tickets = append(tickets, fmt.Sprintf(`{"id":"%s-%d","event":"event-%d","type":"ga","face_value":4500}`, id, i, event+i%3))
	}
	return fmt.Sprintf(`{"type":"order.placed","timestamp":%q,"data":{"id":%q,"version":1,"placed_at":%q,"currency":"GBP","customer":{"id":%q},
		"tracking":{"receipt":%q},"tickets":[%s]}}`, now, id, now, "cus_"+id, receipt, strings.Join(tickets, ","))
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
