// Package page has what the console's pages share: the Page interface, the Session,
// loading and changing data, navigation, and the kinds of pages that most are: a ListPage
// holds all rows of a list, a PagedList a part of one that the store sorts and searches, a
// DetailPage tells of one thing, a FormPage sends to the store, a Picker asks for one choice,
// a Walk says its steps as they come. Cards and a Preview may stand around a list.
//
// Invariants:
//
//   - Update never waits. What waits is a command that hangs on the session's context,
//     has a time limit and catches its own panics (call.go).
//   - Navigation is synchronous: when Update returns, the page that the next key goes
//     to is on top. No timer decides where a key goes.
//   - An answer goes to the page that asked, on screen or not; when that page is closed,
//     it goes nowhere. What a late answer opens, it opens above the page that asked.
//   - Update draws, View only hands out.
package page
