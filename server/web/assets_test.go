package web

import (
	"net/http"
	"strings"
	"testing"

	"lastclick/model"
)

func TestAssets_Paths_AreServedAndNoCodes(t *testing.T) {
	d := newTestServer(t)
	for _, a := range []*asset{statsStyle, statsScript} {
		r := d.get(a.path)
		if body := bodyOf(t, r); r.StatusCode != http.StatusOK || body != string(a.body) || r.Header.Get("Content-Type") != a.mediaType[0] || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", a.path, r.StatusCode, r.Header)
		}
		if model.ValidSlug(strings.TrimPrefix(a.path, "/")) {
			t.Errorf("%s could be a code", a.path)
		}
	}
}
