package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"lastclick/model"
)

const (
	statsPath = "/stats/"
	livePath  = "/live"

	statsWait  = 5 * time.Second  // for the store to read a page
	statsReads = 4                // at once, so that pages with many readers leave the store to the orders
	maxToken   = 64               // bytes; the store's have 22
	unreadPace = 10 * time.Second // between two lines of the log about pages that cannot be read
)

// stats answers /stats/{token}, a sub-promoter's page, and /stats/{token}/live, its
// changes. Any other text in place of a token is an unknown address.
func (s *Server) stats(w http.ResponseWriter, r *http.Request, rest string) {
	token, live := strings.CutSuffix(rest, livePath)
	if !live {
		// Punctuation that people and mail programs put behind an address: no token has it.
		token = strings.TrimRight(token, ".,;:!?)]}'\"/")
	}
	if !tokenShaped(token) {
		s.unknown(w, r)
		return
	}
	if live {
		s.stream(w, r, token)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), statsWait)
	defer cancel()
	view, _, err := s.readStats(ctx, token)
	var b bytes.Buffer
	if err == nil {
		err = view.write(&b, "page")
	}
	if err != nil {
		s.refuseStats(w, r, err)
		return
	}
	s.feeds.exists(token)
	h := w.Header()
	h["Content-Type"] = htmlType
	h["Content-Length"] = []string{strconv.Itoa(b.Len())}
	guard(h, statsPolicy)
	write(w, http.StatusOK, b.Bytes())
}

// tokenShaped says whether s could be a stats token: base64url.
func tokenShaped(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return s != "" && len(s) <= maxToken
}

// readStats reads the page of a token. A panic in it becomes an error, since it also
// runs outside of a request.
func (s *Server) readStats(ctx context.Context, token string) (view statsView, p model.SubPromoter, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("read a stats page: panic: %v\n%s", v, debug.Stack())
		}
	}()
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return view, p, ctx.Err()
	}
	asOf := s.now()
	ctx, age := model.WithAge(ctx)
	p, err = s.store.SubPromoter(ctx, token)
	if err != nil {
		return view, p, err
	}
	if older := age.AsOf(); !older.IsZero() {
		asOf = older
	}
	return newStatsView(p, asOf), p, nil
}

// refuseStats answers where there is no page, or none that can be read.
func (s *Server) refuseStats(w http.ResponseWriter, r *http.Request, err error) {
	if isNotFound(err) {
		s.unknown(w, r)
		return
	}
	if r.Context().Err() != nil {
		return // the reader is gone
	}
	s.unread.Do(func() { s.log.Warn("a stats page cannot be read", "err", err) })
	w.Header()["Retry-After"] = []string{"5"}
	s.page(w, http.StatusServiceUnavailable, busyPage)
}

func isNotFound(err error) bool { return model.KindOf(err) == model.NotFound }
