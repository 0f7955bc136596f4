package web

import (
	"context"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"lastclick/model"
)

const unsubscribePath = "/unsubscribe/"

// unsubscribeWait is how long the store may take to end a report.
const unsubscribeWait = statsWait

// unsubscribe answers /unsubscribe/{token}: a page with a button, and to its POST, which mail
// programs send by themselves (RFC 8058), that the mails have ended. Opening the address alone
// ends nothing: scanners of mail open every address. What is posted is not read: the address
// says all.
func (s *Server) unsubscribe(w http.ResponseWriter, r *http.Request, token string) {
	post := r.Method == http.MethodPost
	if !post && r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header()["Allow"] = allowUnsubscribing
		s.page(w, http.StatusMethodNotAllowed, methodPage)
		return
	}
	token = strings.TrimRight(token, ".,;:!?)]}'\"/")
	if !tokenShaped(token) {
		s.unknown(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), unsubscribeWait)
	defer cancel()
	notice, err := s.store.ReportNotice(ctx, token)
	if post && err == nil && !notice.Ended {
		err = s.store.EndReport(ctx, token)
		notice.Ended = true
	}
	if err != nil {
		s.refuseStats(w, r, err)
		return
	}
	s.noticePage(w, notice)
}

var noticeTemplate = template.Must(template.New("unsubscribe").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{{if .Ended}}These mails have ended{{else}}End these mails?{{end}}</title>
<style>{{.Style}}</style>
</head><body><main>
{{- if .Ended}}<h1>These mails have ended</h1><p>You will not be sent {{.What}} any more.{{if .Link}} Your tracking link and its stats page go on as before.{{end}}</p>
{{- else}}<h1>End these mails?</h1><p>You are sent {{.What}}.</p><form method="post"><button type="submit">End these mails</button></form>
{{- end}}<p>To get them again{{if not .Ended}} later{{end}}, ask <bdi>{{.Client}}</bdi>{{with .Contact}}: write to <a href="mailto:{{.}}">{{.}}</a>{{end}}.</p></main></body></html>
`))

func (s *Server) noticePage(w http.ResponseWriter, n model.ReportNotice) {
	var b strings.Builder
	err := noticeTemplate.Execute(&b, struct {
		model.ReportNotice
		Style template.CSS
	}{n, pageStyle})
	if err != nil {
		panic(err) // the template and its data are ours
	}
	h := w.Header()
	h["Content-Type"] = htmlType
	h["Content-Length"] = []string{strconv.Itoa(b.Len())}
	guard(h, formPolicy)
	write(w, http.StatusOK, []byte(b.String()))
}
