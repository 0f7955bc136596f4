// Package web serves HTTP: redirects, webhooks, QR codes and the owners' stats pages.
//
// Where things are: server.go routes a path; redirect.go is what a click does, and
// consent.go what it leaves; webhook.go is what an order goes through; stats.go, live.go and
// stream.go are the stats page and its changes. What shops post in formats of their own goes through
// shop.go to server/shop/intake, which keeps it and maps it by the files of server/shop.
//
// Invariants:
//
//   - A click never waits for the disk. The link comes from the store's memory, the
//     receipt from the cookie, and the click is added to the store's counts in memory.
//     Only what memory does not know is asked of the database, once and for a bounded
//     time, where other nodes may have made it a moment ago (look_up.go).
//     Counts that are full, a stalled disk or a failing source of randomness cost a
//     count or a receipt, never the redirect.
//   - A webhook waits for the commit: 200 means durable. Its checks run from the
//     cheapest to the dearest, and no body is parsed before its signature is verified.
//   - An open stats page is a stream of server-sent events. All readers of one page
//     share one goroutine that reads and renders it once a change, at most five times
//     a second. Streams are bounded, each write has a deadline, and a page without a
//     stream or without JavaScript works by reload.
//
// Trade-offs:
//
//   - The paths are few and fixed, so a switch routes them, and the headers of a
//     redirect are set in the map directly: http.ServeMux and http.SetCookie would
//     cost a fifth of its time.
//   - The standard-webhooks library makes the signatures. They are compared here,
//     because its Verify reads its own clock and accepts an empty secret.
package web
