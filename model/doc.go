// Package model defines the domain types, attribution rules and the Store interface.
//
// RULES.md states the rules, numbered as comments and tests cite them. Attribute gives
// a ticket to a link (R1 to R10), Contribute says what an order adds to which sum (R13
// to R19), ParseWebhook reads what a checkout posts, a Keyring signs and verifies
// receipts, Clean makes foreign text safe, and wording.go has the words for people. The
// JSON tags are the shapes that programs read.
//
// Invariants: the standard library only; no SQL, HTTP, terminal, clock or environment,
// so that time is always an argument; the errors that callers act on are *Error.
//
// Trade-off: Unicode normalisation (NFC) is left to db, which does it on the way into a
// table, since its tables are in golang.org/x/text. All input ends in the store, so no
// way in can skip it.
package model
