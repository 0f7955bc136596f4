package hook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

func target(url string) model.HookTarget {
	return model.HookTarget{ID: 1, URL: url, Secret: []byte("a secret of some bytes")}
}

// A receiver that takes the connection and never answers costs its time and no more.
func TestSend_NoAnswer_SaysSo(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	w := New(Config{AllowPrivate: true})
	defer w.client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if a := w.send(ctx, target(s.URL), "msg_1", nil); a.err == nil || a.err.Error() != "no answer came within 10s" || a.status != 0 {
		t.Errorf("%+v", a)
	}
}

// An answer that trickles is cut off with its time, and its status counts.
func TestSend_TricklingAnswer_StatusCounts(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("so far"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer s.Close()
	w := New(Config{AllowPrivate: true})
	defer w.client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if a := w.send(ctx, target(s.URL), "msg_1", nil); a.err != nil || a.status != 200 || a.text != "so far" {
		t.Errorf("%+v", a)
	}
}

func TestSend_TLS_CertificateChecked(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	w := New(Config{AllowPrivate: true})
	defer w.client.CloseIdleConnections()
	if a := w.send(t.Context(), target(s.URL), "msg_1", nil); a.err == nil || !strings.Contains(a.err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %+v", a)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	trusting := New(Config{AllowPrivate: true, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}})
	defer trusting.client.CloseIdleConnections()
	if a := trusting.send(t.Context(), target(s.URL), "msg_1", nil); a.err != nil {
		t.Errorf("%+v", a)
	}
}
