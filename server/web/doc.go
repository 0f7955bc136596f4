// Package web is the HTTP door: customers come through it on their way to a page,
// checkouts post orders to it, and machines ask it how it is.
//
// A click never waits: the link comes from the store's memory, the receipt from the
// cookie, and the click goes into the store's queue. What a customer is owed is the
// page; a full queue, a stalled disk or a failing source of randomness costs a
// count or a receipt, never the redirect.
//
// A webhook always waits: 200 means durable. Its checks run from the cheapest to
// the dearest, and nothing of a body is parsed before its signature holds.
//
// A stats page that is open is a stream of server-sent events. All who look at one
// page share one reader of it, woken by the store, at most five times a second; what
// it reads is rendered once. Streams are bounded, each write has a deadline, and a
// page that finds no room, or has no JavaScript, works by reload.
//
// The paths are few and fixed, so that one switch does what a mux would, and the
// headers of a redirect are set as the map they are: the two and http.SetCookie
// would be a fifth of its cost.
//
// Beside the architecture's own choices it depends on rsc.io/qr, which draws the
// codes; its tests read them back with gozxing, and pages with x/net/html.
//
// Signatures are made by the standard-webhooks library. Comparing them is ours,
// because the library reads its own clock and accepts an empty secret.
package web
