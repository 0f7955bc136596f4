package listen

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Redirect answers plain HTTP beside an HTTPS server: it leads GET and HEAD to the same path
// there, for good, on the host that was asked for where it is one of domains, else on that
// of base, the public address. So no one can be led elsewhere by a Host header. Other
// methods are refused: a webhook that is posted in clear is to be noticed, not helped.
func Redirect(base string, domains []string) http.Handler {
	public, err := url.Parse(base)
	if err != nil {
		public = &url.URL{}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header()["Connection"] = []string{"close"}
			http.Error(w, "This address takes HTTPS alone.", http.StatusForbidden)
			return
		}
		host := public.Host
		if asked := strings.ToLower(hostname(r.Host)); asked != public.Hostname() && slices.Contains(domains, asked) {
			host = asked
			if port := public.Port(); port != "" {
				host = net.JoinHostPort(asked, port)
			}
		}
		// Not http.Redirect, which cleans the path: a code is found by the path as it came.
		w.Header()["Location"] = []string{"https://" + host + r.URL.RequestURI()}
		w.WriteHeader(http.StatusMovedPermanently)
	})
}

// StrictTransport has browsers ask this host by HTTPS alone for 30 days (RFC 6797).
func StrictTransport(next http.Handler) http.Handler {
	value := []string{"max-age=2592000"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Strict-Transport-Security"] = value
		next.ServeHTTP(w, r)
	})
}

// hostname is a Host header without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
