package web

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestPictures_AskedAgain_AreDrawnOnce(t *testing.T) {
	p := newPictures()
	drawn := 0
	draw := func() []byte { drawn++; return []byte("picture") }
	for range 3 {
		if body, ok := p.get(t.Context(), "a", draw); !ok || string(body) != "picture" {
			t.Errorf("%q %v", body, ok)
		}
	}
	if drawn != 1 {
		t.Errorf("drawn %d times", drawn)
	}
}

func TestPictures_More_ThanFit_OldestGo(t *testing.T) {
	p := newPictures()
	p.most = 1000
	for i := range 100 {
		p.get(t.Context(), fmt.Sprint(i), func() []byte { return make([]byte, 100) })
		p.get(t.Context(), "0", func() []byte { t.Error("the one that is asked for all the time went"); return nil })
	}
	if p.bytes != 1000 || len(p.byTag) != 10 || p.recent.Len() != 10 {
		t.Errorf("%d bytes in %d pictures are kept", p.bytes, len(p.byTag))
	}
	p.get(t.Context(), "larger than all", func() []byte { return make([]byte, 2000) })
	if p.bytes != 0 || len(p.byTag) != 0 {
		t.Errorf("%d bytes in %d pictures are kept", p.bytes, len(p.byTag))
	}
}

// Where many draw at once, one that is not kept is refused after a second, and one that
// is kept is served at once.
func TestQR_ManyDraw_OthersAreToldToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestServer(t)
		kept := d.get("/qr/ana.png")
		d.pictures.drawing <- struct{}{} // another draws
		began := time.Now()
		if r := d.get("/qr/ana.png"); r.StatusCode != http.StatusOK || r.ContentLength != kept.ContentLength || time.Since(began) != 0 {
			t.Errorf("one that is kept: %d after %v", r.StatusCode, time.Since(began))
		}
		r := d.get("/qr/ana.png?size=777")
		if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" || r.Header.Get("Cache-Control") != "no-store" || time.Since(began) != drawWait {
			t.Errorf("one that is not: %d %v after %v", r.StatusCode, r.Header, time.Since(began))
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, ok := d.pictures.get(gone, "x", func() []byte { return nil }); ok {
			t.Error("drawn for one who is gone")
		}
		<-d.pictures.drawing
		if r := d.get("/qr/ana.png?size=777"); r.StatusCode != http.StatusOK {
			t.Errorf("afterwards: %d", r.StatusCode)
		}
	})
}
