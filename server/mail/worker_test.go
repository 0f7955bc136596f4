package mail

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"lastclick/model"
	"lastclick/model/testenv"
)

// run runs a worker until the returned function, or the end of the test.
func run(t *testing.T, c Config) (stop func()) {
	t.Helper()
	w, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func smtpConfig(t *testing.T, s Store, url string) Config {
	c := testConfig(t, s)
	c.SMTP = url
	return c
}

func several(n int) []model.Mail {
	var mails []model.Mail
	for i := range n {
		m := welcomeMail(int64(i+1), "Ana", "Summer Fest")
		m.To, m.CreatedAt = fmt.Sprintf("ana%d@example.com", i+1), time.Now()
		mails = append(mails, m)
	}
	return mails
}

func addresses(n int) []string {
	var to []string
	for _, m := range several(n) {
		to = append(to, m.To)
	}
	return to
}

func (s *mailServer) arrivals(t *testing.T, n int) (to []string) {
	t.Helper()
	for range n {
		to = append(to, s.next(t).to)
	}
	return to
}

func TestWorker_TemporaryRefusal_DelaysThisMailAlone(t *testing.T) {
	var once sync.Once
	server := &mailServer{rcpt: func(to string) (err error) {
		if to == "ana2@example.com" {
			once.Do(func() {
				err = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted, come again"}
			})
		}
		return err
	}}
	server.start(t)
	store := newShelf(several(3)...)
	c := smtpConfig(t, store, "smtp://"+server.address)
	var attempts []int
	c.Backoff = func(n int) time.Duration { attempts = append(attempts, n); return time.Millisecond }
	run(t, c)
	if got, want := server.arrivals(t, 3), []string{"ana1@example.com", "ana3@example.com", "ana2@example.com"}; !slices.Equal(got, want) {
		t.Errorf("arrived %v, want %v", got, want)
	}
	store.until(t, "all sent", allSent)
	if r := store.rows[1]; r.Attempts != 1 || r.reason != "451 4.7.1 greylisted, come again" || !slices.Equal(attempts, []int{1}) {
		t.Errorf("%d attempts, %q, backoffs %v", r.Attempts, r.reason, attempts)
	}
}

func TestWorker_PermanentRefusal_KeepsTheServersSentence(t *testing.T) {
	refuse := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no \x1b[31msuch\u202e user " + strings.Repeat("x", 500)}
	at := func(to string) error {
		if to == "ana1@example.com" {
			return refuse
		}
		return nil
	}
	for name, server := range map[string]*mailServer{"address": {rcpt: at}, "content": {data: at}} {
		t.Run(name, func(t *testing.T) {
			server.start(t)
			store := newShelf(several(2)...)
			run(t, smtpConfig(t, store, "smtp://"+server.address))
			if m := server.next(t); m.to != "ana2@example.com" || m.session != 1 {
				t.Errorf("after a refusal: to %s over connection %d", m.to, m.session)
			}
			store.until(t, "failed and sent", func(rows []*row) bool {
				return rows[0].state == model.MailFailed && rows[1].state == model.MailSent
			})
			reason := store.rows[0].reason
			if !strings.HasPrefix(reason, "550 5.1.1 no ") || model.Clean(reason) != reason || len([]rune(reason)) > maxReason {
				t.Errorf("%q", reason)
			}
		})
	}
}

func TestWorker_ServerDownThenUp_KeepsOrder(t *testing.T) {
	server := &mailServer{}
	stopServer := server.start(t)
	store := newShelf(several(batch + 3)...)
	stopServer()
	run(t, smtpConfig(t, store, "smtp://"+server.address))
	store.until(t, "a note why they wait", func(rows []*row) bool { return rows[batch-1].Attempts > 0 })
	store.change(func() {
		m := welcomeMail(100, "Late", "")
		m.To = "late@example.com"
		store.rows = append(store.rows, &row{Mail: m, state: model.MailQueued})
	})
	if r := store.rows[0]; !strings.Contains(r.reason, "connection refused") {
		t.Errorf("%q", r.reason)
	}
	server.start(t)
	if got, want := server.arrivals(t, batch+4), append(addresses(batch+3), "late@example.com"); !slices.Equal(got, want) {
		t.Errorf("arrived %v", got)
	}
	store.until(t, "all sent", allSent)
}

// stopOnce is closed for the first message, and takes all others.
type stopOnce struct{ sends int }

func (c *stopOnce) send(context.Context, message) error {
	if c.sends++; c.sends == 1 {
		return &failure{what: stopSending, reason: "closed"}
	}
	return nil
}

func (c *stopOnce) release() {}

// A server that is back before the rest of the batch was noted must not take that
// before the mail that found it closed.
func TestWorker_ServerDownMidBatch_DelaysItTogether(t *testing.T) {
	store, transport := newShelf(several(3)...), &stopOnce{}
	c := testConfig(t, store)
	c.Backoff = func(int) time.Duration { return 0 }
	w, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	w.transport = transport
	w.round(t.Context())
	for _, r := range store.rows {
		if transport.sends != 1 || r.state != model.MailQueued || r.Attempts != 1 || !r.next.Equal(store.rows[0].next) {
			t.Errorf("after %d sendings mail %d is %s until %s", transport.sends, r.ID, r.state, r.next)
		}
	}
}

func TestWorker_FiveDays_GivesUp(t *testing.T) {
	server := &mailServer{rcpt: func(string) error { return &smtp.SMTPError{Code: 452, Message: "mailbox full"} }}
	server.start(t)
	store := newShelf(several(2)...)
	store.rows[0].CreatedAt, store.rows[1].CreatedAt = written.Add(-retryFor), written
	c := smtpConfig(t, store, "smtp://"+server.address)
	c.Now = func() time.Time { return written }
	run(t, c)
	store.until(t, "given up, and delayed", func(rows []*row) bool {
		return rows[0].state == model.MailFailed && rows[1].Attempts > 0 && rows[1].state == model.MailQueued
	})
}

func TestWorker_MailCannotBeComposed_Fails(t *testing.T) {
	bad, empty, fine := welcomeMail(1, "Ana", ""), welcomeMail(2, "Ana", ""), welcomeMail(3, "Ana", "")
	bad.To = "ana@example.com>\r\nRCPT TO:<all@example.com"
	empty.Link = nil
	store := newShelf(bad, empty, fine)
	run(t, testConfig(t, store))
	store.until(t, "two failed, one sent", func(rows []*row) bool {
		return rows[0].state == model.MailFailed && rows[1].state == model.MailFailed && rows[2].state == model.MailWritten
	})
	for _, r := range store.rows[:2] {
		if model.Clean(r.reason) != r.reason {
			t.Errorf("%q", r.reason)
		}
	}
}

// As long as the store cannot note what was sent, sending on would repeat it.
func TestWorker_StoreBusy_SendsNothingTwice(t *testing.T) {
	server := &mailServer{}
	server.start(t)
	store := newShelf(several(2)...)
	store.busy = true
	run(t, smtpConfig(t, store, "smtp://"+server.address))
	store.until(t, "two refused notes", func([]*row) bool { return store.refused >= 2 })
	store.change(func() { store.busy = false; store.rows[1].next = time.Time{} })
	if got := server.arrivals(t, 2); !slices.Equal(got, addresses(2)) {
		t.Errorf("arrived %v", got)
	}
	store.until(t, "all sent", allSent)
	if len(server.got) > 0 {
		t.Error("a mail arrived twice")
	}
}

func TestWorker_Stop_FinishesTheMailBeingSent(t *testing.T) {
	reached, release := make(chan struct{}), make(chan struct{})
	server := &mailServer{data: func(string) error { close(reached); <-release; return nil }}
	server.start(t)
	store := newShelf(several(2)...)
	w, err := New(smtpConfig(t, store, "smtp://"+server.address))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	<-reached
	cancel()
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if a, b := store.rows[0].state, store.rows[1].state; a != model.MailSent || b != model.MailQueued {
		t.Errorf("the mail at hand is %s, the next %s", a, b)
	}
}

func TestBackoff_Attempts_DoubleUpToAnHour(t *testing.T) {
	for attempt, want := range map[int]time.Duration{
		0: 10 * time.Second, 1: 10 * time.Second, 2: 20 * time.Second, 5: 160 * time.Second, 9: 2560 * time.Second, 10: time.Hour, 1000: time.Hour,
	} {
		if got := backoff(attempt); got != want {
			t.Errorf("%d: %s, want %s", attempt, got, want)
		}
	}
}

// A mail must be over before its lease is.
func TestLease_LongestSend_EndsBeforeIt(t *testing.T) {
	if lease < maxSendTime+time.Minute {
		t.Errorf("a lease of %s leaves no time before the last mail, which may take %s", lease, maxSendTime)
	}
}

// Reports that cannot be queued hold up no other mail.
func TestWorker_ReportsCannotBeQueued_MailsGoOut(t *testing.T) {
	store := newShelf(welcomeMail(1, "Ana", ""))
	store.reports = &model.Error{Kind: model.Internal, Msg: "the store failed"}
	c := testConfig(t, store)
	var log testenv.Buffer
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	stop := run(t, c)
	store.until(t, "written", allWritten)
	stop()
	if n := strings.Count(log.String(), `level=ERROR msg="reports that are due cannot be queued; they are tried again"`); n != 1 {
		t.Errorf("said %d times:\n%s", n, log.String())
	}
}
