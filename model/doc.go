// Package model is lastclick without its machinery: clients, events, tracking
// links, receipts, orders, the verdict on each ticket and what the numbers mean.
//
// It is pure: the standard library only, no SQL, HTTP, terminal, clock or
// environment; time comes in as an argument. It reads as the rules do: Attribute
// says who gets a ticket, Contribute what an order adds to which cell, Clean what
// foreign text may look like. The Store interface is what the rooms db, server and
// tui agree on; the JSON tags here are the shapes that programs read.
//
// One thing is left to db: text is composed (NFC) there, on its way into a table,
// because the tables for that are in golang.org/x/text and this room has no
// dependency. All doors end in the store, so no door can forget it.
package model
