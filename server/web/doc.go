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
// The paths are few and fixed, so that one switch does what a mux would, and the
// headers of a redirect are set as the map they are: the two and http.SetCookie
// would be a fifth of its cost.
//
// Signatures are made by the standard-webhooks library. Comparing them is ours,
// because the library reads its own clock and accepts an empty secret.
package web
