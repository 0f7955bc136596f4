package load

import (
	"context"
	"fmt"
	"net/http"
)

// Clicks are first clicks of customers with phones: no cookie, a mobile browser, coming
// from a site. Every answer must be 302.
type Clicks struct {
	Address     string
	Links       int // clicked in turn: Code(0), … by a stride that visits all
	Connections int
}

// Code is the code of the n-th link of the benchmark, 0 ≤ n < 10,000,000.
func Code(n int) string { return fmt.Sprintf("l%07d", n) }

// CodeLength is the length of every Code.
const CodeLength = 8

// UserAgent is a mobile browser, as most clicks come from.
const UserAgent = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36"

// stride is a prime, so that it visits all of any round number of links.
const stride = 7919

func (c *Clicks) prepare(ctx context.Context) (runner, error) {
	const path = len("GET /")
	requests, at := make([][]byte, c.Connections), make([]int, c.Connections)
	for i := range requests {
		requests[i] = fmt.Appendf(nil, "GET /%s HTTP/1.1\r\nHost: go.example\r\nUser-Agent: %s\r\nAccept: text/html\r\nReferer: https://social.example/\r\n\r\n", Code(0), UserAgent)
		at[i] = i * c.Links / c.Connections
	}
	conns, err := dial(ctx, []string{c.Address}, c.Connections)
	if err != nil {
		return nil, err
	}
	return &httpLoad{
		conns: conns,
		next: func(connection int, _ []byte) []byte {
			request := requests[connection]
			writeDigits(request[path+1:path+CodeLength], at[connection])
			at[connection] = (at[connection] + stride) % c.Links
			return request
		},
		good: func(status int, _ []byte) bool { return status == http.StatusFound },
	}, nil
}

// writeDigits fills b with n in decimal, with zeros before it.
func writeDigits(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}
