package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"lastclick/db"
	"lastclick/model"
	"lastclick/server/web"
)

// uncounted is the handler of the public address over a store that takes no click, for the
// test of a link. Its metrics are its own too, and no one reads them.
func (d *daemon) uncounted(c *config) http.Handler {
	return web.New(web.Config{Store: noClicks{d.store}, BaseURL: d.baseURL, CookieDomain: c.cookieDomain, Log: d.log, Registry: prometheus.NewRegistry()}).Handler()
}

// noClicks is the store, but for clicks.
type noClicks struct{ *db.Store }

// Click counts nothing.
func (noClicks) Click(model.Click) bool { return true }
