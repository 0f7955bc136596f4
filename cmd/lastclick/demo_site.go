package main

import (
	"context"
	"errors"
	"html/template"
	"net"
	"net/http"
	"time"

	"lastclick/model"
)

// hookPath is where the site takes our own webhooks.
const hookPath = "/crm/sales"

// ticketSite stands for the clients' own ticket site, to which links lead.
type ticketSite struct {
	url    string
	server *http.Server
	done   chan struct{}
}

var ticketPage = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.}}</title>
<style>body{font:1.1rem/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem}</style>
<h1>{{.}}</h1>
<p>This page stands for your ticket site. You came by a tracking link: the cookie
<code>lastclick</code> in your browser is the receipt that your checkout sends with the order.</p>
<p>Look at the address bar: nothing of the link is in it. Copied from there, it is not tracked.</p>
</html>
`))

func openTicketSite(ctx context.Context) (*ticketSite, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	show := func(path, name string) {
		mux.HandleFunc("GET /"+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = ticketPage.Execute(w, name)
		})
	}
	for _, c := range demoClients {
		show(c.Slug, c.Name)
		for _, e := range c.events {
			show(e.slug, e.name)
		}
	}
	mux.HandleFunc("POST "+hookPath, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	s := &ticketSite{
		url:    "http://localhost:" + portOf(l),
		server: &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute},
		done:   make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(model.Clean(err.Error())) // a loopback listener of our own does not fail
		}
	}()
	return s, nil
}

func (s *ticketSite) close() {
	_ = s.server.Close()
	<-s.done
}
