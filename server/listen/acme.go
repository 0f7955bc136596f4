package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/net/idna"
	"golang.org/x/time/rate"
)

const (
	// handshakeWait is how long a handshake waits for the first certificate of its name.
	// The server's own limit for a handshake is 5 s.
	handshakeWait = 4 * time.Second
	// A name whose certificate was refused is asked for again after retryFirst, then after
	// twice as long each time, up to retryMost: authorities allow some 5 failures an hour.
	// autocert keeps a failure for a minute.
	retryFirst = 65 * time.Second
	retryMost  = 15 * time.Minute
	// claimTime is how long the other nodes wait for one that asks, which may have died.
	claimTime = 90 * time.Second
	claimPoll = time.Second
	// renewalCheck is how often the certificates are looked at whose renewal may be failing.
	renewalCheck = 6 * time.Hour
)

// ACMEConfig configures an ACME. All but Email and Directory must be set.
type ACMEConfig struct {
	Domains   []string // as Domain returns them; at least one
	Directory string   // URL of the authority; empty: Let's Encrypt
	Email     string   // where the authority writes to; may be empty
	Cache     autocert.Cache
	// Claim says whether this node is the one to ask for the first certificate of a name, for
	// some time; nil: there is no other. Where it fails, the node asks.
	Claim func(ctx context.Context, name string, lasts time.Duration) (bool, error)
	Log   *slog.Logger
}

// ACME serves certificates of an authority, which it asks for and renews by itself. Run must
// run for that. It is safe for concurrent use.
type ACME struct {
	manager *autocert.Manager
	remote  *authority
	names   []string
	domains map[string]*domain // not changed after NewACME
	claim   func(ctx context.Context, name string, lasts time.Duration) (bool, error)
	log     *slog.Logger
	stopped context.Context // ends the requests to the authority
	stop    context.CancelFunc
}

// domain is the state of one name.
type domain struct {
	name string

	mu       sync.Mutex
	ready    bool          // autocert has a certificate, and keeps it
	trying   chan struct{} // closed when the attempt at hand ends; nil without one
	failures int           // since the start
	next     time.Time     // no attempt before
	err      error         // of the last attempt
}

// NewACME returns what serves the certificates of c.Domains. It asks for nothing yet.
func NewACME(c ACMEConfig) *ACME {
	a := &ACME{names: c.Domains, domains: map[string]*domain{}, claim: c.Claim, log: c.Log}
	a.stopped, a.stop = context.WithCancel(context.Background())
	for _, name := range c.Domains {
		a.domains[name] = &domain{name: name}
	}
	directory := c.Directory
	if directory == "" {
		directory = acme.LetsEncryptURL
	}
	a.remote = newAuthority(a.stopped, c.Log)
	a.manager = &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      &loggingCache{Cache: c.Cache, log: c.Log, unread: rate.Sometimes{First: 3, Interval: time.Minute}},
		HostPolicy: autocert.HostWhitelist(c.Domains...),
		Email:      c.Email,
		Client:     &acme.Client{DirectoryURL: directory, UserAgent: "lastclick", HTTPClient: &http.Client{Transport: a.remote, Timeout: time.Minute}},
	}
	return a
}

// Domain returns the name as certificates hold it, in lower case and ASCII. A name that no
// authority certifies, such as an address, localhost or a wildcard, is an error.
func Domain(name string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSpace(name))
	if err != nil || !strings.Contains(strings.Trim(ascii, "."), ".") || strings.HasPrefix(ascii, ".") || strings.HasSuffix(ascii, ".") || net.ParseIP(ascii) != nil {
		return "", fmt.Errorf("%q must be a whole public name such as go.example.com, without a port or *", name)
	}
	return ascii, nil
}

// TLSConfig is that of a server with these certificates. It answers tls-alpn-01 challenges.
func (a *ACME) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1", acme.ALPNProto},
		GetCertificate: a.certificate,
	}
}

// Challenges answers http-01 challenges, and leaves all else to next.
func (a *ACME) Challenges(next http.Handler) http.Handler {
	answer := a.manager.HTTPHandler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = hostname(r.Host) // autocert compares it with names
		answer.ServeHTTP(w, r)
	})
}

// Run asks for the certificates that are missing, again and again until it has them, and
// looks after renewals. It returns nil soon after ctx has ended: autocert's timers cannot be
// waited for, but reach the authority no more.
func (a *ACME) Run(ctx context.Context) error {
	defer a.stop()
	check := time.NewTicker(renewalCheck)
	defer check.Stop()
	for {
		due := time.NewTimer(a.obtainAll(ctx))
		select {
		case <-ctx.Done():
			due.Stop()
			return nil
		case <-due.C:
		case <-check.C:
			due.Stop()
			a.checkRenewals()
		}
	}
}

// obtainAll waits for an attempt for each name without a certificate, all at once, and says
// when to look again: at the next attempt, or before it, since another node may have the
// certificate by then.
func (a *ACME) obtainAll(ctx context.Context) (wait time.Duration) {
	var attempts sync.WaitGroup
	for _, d := range a.domains {
		attempts.Go(func() {
			a.lookForOthers(ctx, d)
			_ = a.wait(ctx, d)
		})
	}
	attempts.Wait()
	wait = renewalCheck
	for _, d := range a.domains {
		d.mu.Lock()
		if !d.ready {
			wait = min(wait, retryFirst, max(time.Until(d.next), time.Second))
		}
		d.mu.Unlock()
	}
	return wait
}

// lookForOthers ends the pause of a name that failed here, where the cache has its
// certificate now.
func (a *ACME) lookForOthers(ctx context.Context, d *domain) {
	d.mu.Lock()
	failed := !d.ready && d.failures > 0
	d.mu.Unlock()
	if !failed {
		return
	}
	if c, err := CachedCertificate(ctx, a.manager.Cache, d.name); err == nil && time.Now().Before(c.NotAfter) {
		d.mu.Lock()
		d.next = time.Time{}
		d.mu.Unlock()
	}
}

// certificate is tls.Config.GetCertificate.
func (a *ACME) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(hello.ServerName, "."))
	d := a.domains[name]
	if err != nil || d == nil {
		return nil, errors.New("no certificate for this server name")
	}
	if len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == acme.ALPNProto {
		return a.manager.GetCertificate(hello) // a challenge
	}
	ctx, cancel := context.WithTimeout(hello.Context(), handshakeWait)
	defer cancel()
	if err := a.wait(ctx, d); err != nil {
		return nil, err
	}
	return a.manager.GetCertificate(ecdsaHello(name))
}

// ecdsaHello asks autocert for the certificate with an ECDSA key: see the package comment.
func ecdsaHello(name string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{
		ServerName:       name,
		CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		SupportedCurves:  []tls.CurveID{tls.CurveP256},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
	}
}

// wait returns nil once d has a certificate, after the attempt at hand at the latest. It
// begins one where none is under way and the last failure is long enough ago.
func (a *ACME) wait(ctx context.Context, d *domain) error {
	d.mu.Lock()
	if d.ready {
		d.mu.Unlock()
		return nil
	}
	if d.trying == nil {
		if err := d.err; err != nil && time.Now().Before(d.next) {
			d.mu.Unlock()
			return err
		}
		d.trying = make(chan struct{})
		go a.obtain(d, d.trying) // ends within autocert's 5 minutes, and soon after stop
	}
	trying := d.trying
	d.mu.Unlock()
	select {
	case <-trying:
	case <-ctx.Done():
		return fmt.Errorf("the certificate of %s is being asked for: %w", d.name, ctx.Err())
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// obtain makes one attempt.
func (a *ACME) obtain(d *domain, trying chan struct{}) {
	a.awaitTurn(d.name)
	begun := time.Now()
	_, err := a.manager.GetCertificate(ecdsaHello(d.name))
	if why := a.remote.lastProblem(begun); err != nil && why != "" && !strings.Contains(err.Error(), why) {
		err = fmt.Errorf("%w: %s", err, why)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	defer close(trying)
	d.trying, d.ready, d.err = nil, err == nil, err
	if err == nil || a.stopped.Err() != nil {
		return
	}
	pause := retryMost
	if d.failures < 4 {
		pause = retryFirst << d.failures
	}
	d.failures++
	d.next = time.Now().Add(min(pause, retryMost))
	a.log.Error("there is no certificate, so nobody gets an answer by HTTPS; the authority must reach this name at port 443 or 80", "name", d.name, "err", clean(err.Error()), "next_try", d.next.UTC().Format(time.RFC3339))
}

// awaitTurn waits while another node asks for the name's first certificate, until the cache
// has it or the claim is this node's: authorities issue the same one some 5 times a week.
// Renewals need no turn: autocert spreads them over an hour, and looks at the cache first.
func (a *ACME) awaitTurn(name string) {
	if a.claim == nil {
		return
	}
	poll := time.NewTicker(claimPoll)
	defer poll.Stop()
	for {
		if c, err := CachedCertificate(a.stopped, a.manager.Cache, name); err == nil && time.Now().Before(c.NotAfter) {
			return
		}
		if mine, err := a.claim(a.stopped, name, claimTime); mine || err != nil {
			return
		}
		select {
		case <-poll.C:
		case <-a.stopped.Done():
			return
		}
	}
}

// checkRenewals logs the certificates whose renewal is overdue: autocert begins it when a
// third of their life is left, and is silent about failures.
func (a *ACME) checkRenewals() {
	for _, name := range a.names {
		c, err := a.leaf(name)
		if err != nil {
			continue // obtain has logged it
		}
		life, left := c.NotAfter.Sub(c.NotBefore), time.Until(c.NotAfter)
		if left < life/4 {
			a.log.Error("the certificate is not renewed", "name", name, "until", c.NotAfter.UTC().Format(time.RFC3339), "err", a.remote.lastProblem(c.NotBefore))
		}
	}
}
