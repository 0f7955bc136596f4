package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strconv"
)

var (
	//go:embed page/stats.html
	statsHTML string
	//go:embed page/stats.css
	statsCSS []byte
	//go:embed page/stats.js
	statsJS []byte
)

// asset is a file that the stats page loads. Its path is never a code, since a code has
// no slash. It changes with the content, so a browser may keep the file for ever.
type asset struct {
	path      string // "/-/stats.1f0c….css"
	mediaType []string
	body      []byte
	length    []string
}

func newAsset(name, ext, mediaType string, body []byte) *asset {
	sum := sha256.Sum256(body)
	return &asset{"/-/" + name + "." + hex.EncodeToString(sum[:6]) + ext, []string{mediaType}, body, []string{strconv.Itoa(len(body))}}
}

var (
	statsStyle  = newAsset("stats", ".css", "text/css; charset=utf-8", statsCSS)
	statsScript = newAsset("stats", ".js", "text/javascript; charset=utf-8", statsJS)

	// statsTemplate holds "page", the whole document, and the two parts of it that a
	// change replaces: "numbers" and "breakdown".
	statsTemplate = template.Must(template.New("stats").Funcs(template.FuncMap{
		"stylePath":  func() string { return statsStyle.path },
		"scriptPath": func() string { return statsScript.path },
	}).Parse(statsHTML))
)

// serveAsset answers a path under /-/.
func (s *Server) serveAsset(w http.ResponseWriter, r *http.Request) {
	for _, a := range [...]*asset{statsStyle, statsScript} {
		if r.URL.Path == a.path {
			h := w.Header()
			h["Content-Type"] = a.mediaType
			h["Content-Length"] = a.length
			guard(h, dataPolicy)
			h["Cache-Control"] = immutable
			write(w, http.StatusOK, a.body)
			return
		}
	}
	s.unknown(w, r)
}
