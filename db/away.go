package db

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

// A store is away while its database cannot be reached at the start, and a cache file is
// there (cache_file.go): it answers redirects from that, signs receipts and keeps clicks in
// memory, within the bound of clickBuffer. All that needs the database is refused with
// errAway. Meanwhile it tries to connect; then it opens as any other store does, with the
// migrations, and is as if it had found the database at once.

const (
	connectTime = 3 * time.Second        // for a server to answer the start, where the cache file can stand in for it
	retryTime   = 30 * time.Second       // and later, for each of several hosts
	firstPause  = 100 * time.Millisecond // between two attempts; doubled up to lastPause
	lastPause   = time.Second            // so that a node is back soon after the database
	awayPace    = time.Minute            // between two lines of the log about it
)

// errAway answers what needs the database while that is away.
var errAway = &model.Error{Kind: model.Busy, Msg: "the database cannot be reached", Hint: "try again in a moment; links redirect meanwhile"}

// Away is the error of a store whose database could not be reached yet; nil once it was.
func (s *Store) Away() error {
	if s.away.Load() {
		return errAway
	}
	return nil
}

// Opened waits until the store has reached its database. It returns the error for which it
// never will, such as the schema of a newer program, or that of ctx. A store that Open
// returned without being away is open.
func (s *Store) Opened(ctx context.Context) error {
	if s.opened == nil {
		return nil
	}
	select {
	case <-s.opened:
		return s.openErr
	case <-ctx.Done():
		return ctx.Err()
	}
}

// open connects within that time, brings the database to this program's schema and fills
// the memory. After an error it may be called again, and goes on where it failed.
func (s *Store) open(ctx context.Context, within time.Duration) error {
	if s.writer == nil {
		if err := s.openWriter(ctx, within); err != nil {
			return err
		}
		go s.runCommitter()
	}
	return s.load(ctx)
}

// standIn has the store run from the cache file, where its database is away because of
// cause. It returns an error where it cannot.
func (s *Store) standIn(ctx context.Context, cause error) error {
	if s.saver.path == "" || ctx.Err() != nil || !s.outage(cause) {
		return cause
	}
	f, err := readCacheFile(s.saver.path)
	if err == nil {
		err = f.usable(s.shared.servers(), s.now())
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cause
	case err != nil:
		return errors.Join(cause, fmt.Errorf("the snapshot %s, from which links could redirect meanwhile, cannot be used: %w", s.saver.path, err))
	}
	s.runFrom(f, cause)
	return nil
}

// outage says that err may pass by itself: the server is away, starts up, is a standby or
// takes no more connections or writes. A wrong password or URL, or a certificate that does
// not hold, does not.
func (s *Store) outage(err error) bool {
	if s.shared == nil {
		return false
	}
	_, unproved := errors.AsType[*tls.CertificateVerificationError](err)
	_, stranger := errors.AsType[x509.UnknownAuthorityError](err)
	_, other := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	if unproved || stranger || other || invalid {
		return false
	}
	kinds := []model.Kind{s.engine.classify(err), model.KindOf(err)} // of the cause, and of what is said of it
	return slices.Contains(kinds, model.Busy) || slices.Contains(kinds, model.Full) || errors.Is(err, context.DeadlineExceeded)
}

// runFrom answers redirects from the file until the database is reached.
func (s *Store) runFrom(f *cacheFile, cause error) {
	s.cache.Store(f.cache)
	s.keyring.Replace(f.keys...)
	s.saver.taken.Store(millis(f.taken))
	s.standby = f
	s.clicks.wait()
	s.opened = make(chan struct{})
	s.away.Store(true)
	s.log.Warn("the database cannot be reached: links redirect from a snapshot, and orders, SSH and pages wait for the database",
		"snapshot", f.taken.UTC().Format(time.RFC3339), "file", s.saver.path, "links", f.cache.links.links.Load(), "err", cause)
	s.background.Go(s.reconnect)
}

// reconnect opens the store once its database is back. It ends with that, with an error
// that does not pass, or when the store stops.
func (s *Store) reconnect() {
	defer close(s.opened)
	defer func() {
		if s.writer == nil {
			close(s.committed) // it has not begun
		}
		if taken, _, _ := s.clicks.state(); taken > 0 && s.Away() != nil {
			s.log.Error("clicks could not be counted: the database was not reached since the start", "clicks", taken)
		}
	}()
	began := time.Now()
	said := lasting{said: began} // by the start
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		select {
		case <-time.After(pause):
		case <-s.ctx.Done():
			return
		}
		err := s.open(s.ctx, retryTime)
		if err == nil {
			break
		}
		if s.ctx.Err() != nil {
			return
		}
		if _, unreached := errors.AsType[*unreachedError](err); !unreached && !s.outage(err) {
			s.openErr = err
			return
		}
		if said.say() {
			s.log.Warn("the database still cannot be reached; links redirect from the snapshot", "for", time.Since(began).Round(time.Second), "err", err)
		}
	}
	s.standby.cache = nil
	s.log.Info("the database is reached, and the snapshot not needed any more", "after", time.Since(began).Round(time.Millisecond))
	s.work()
	s.signal(append(s.cache.Load().clientIDs(), platform, people, settings))
}

// lasting is a failure that lasts: it is logged when it begins, then once in awayPace.
type lasting struct{ said time.Time }

// say says whether to log it now.
func (l *lasting) say() bool {
	if time.Since(l.said) < awayPace {
		return false
	}
	l.said = time.Now()
	return true
}

// over has the next failure logged at once.
func (l *lasting) over() { l.said = time.Time{} }

// unreachedError is the error of a server that was not connected to.
type unreachedError struct{ error }

func (e *unreachedError) Unwrap() error { return e.error }

// admitClicks lets the clicks be counted that came while the store was away, but for those
// of links that the database does not have: it is another one, or has lost its last
// commits, and the id is another link's or none.
func (s *Store) admitClicks(same bool, fresh *cache) {
	old := s.standby.cache
	dropped := s.clicks.admit(func(link int64) bool {
		was, is := old.links.get(link), fresh.links.get(link)
		return same && was != nil && is != nil && string(old.links.codeOf(was)) == string(fresh.links.codeOf(is))
	})
	if !same {
		s.log.Error("the database is another one than that of the snapshot, from which links redirected meanwhile", "snapshot", s.standby.taken.UTC().Format(time.RFC3339))
	}
	if dropped > 0 {
		s.log.Warn("clicks are not counted, of links that the database does not have", "clicks", dropped)
	}
}

// sharesServer says whether two lists of sharedEngine.servers have one in common.
func sharesServer(a, b string) bool {
	list := strings.Fields(b)
	return slices.ContainsFunc(strings.Fields(a), func(server string) bool { return slices.Contains(list, server) })
}
