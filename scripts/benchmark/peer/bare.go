package peer

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"time"

	"lastclick/scripts/benchmark/load"
)

// bare is the least that a redirect with a signed cookie takes with net/http: a mux, a
// map, and http.SetCookie with a fresh HMAC. It counts nothing and knows no bots.
func bare(links int) (http.Handler, error) {
	pages := make(map[string]string, links)
	for n := range links {
		pages[load.Code(n)] = "https://tickets.example/acme"
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{code}", func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.PathValue("code")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.SetCookie(w, &http.Cookie{
			Name: "visitor", Value: token(secret, time.Now()), Path: "/",
			MaxAge: 2592000, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
		w.Header().Set("Location", page)
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusFound)
	})
	return mux, nil
}

// token is a random visitor and a time, signed.
func token(secret []byte, now time.Time) string {
	var t [16 + sha256.Size]byte
	_, _ = rand.Read(t[:8]) // never fails
	binary.BigEndian.PutUint64(t[8:], uint64(now.Unix()))
	mac := hmac.New(sha256.New, secret)
	mac.Write(t[:16])
	mac.Sum(t[:16])
	return base64.RawURLEncoding.EncodeToString(t[:])
}
