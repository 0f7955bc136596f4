// Package page has what the console's pages share: the Page interface, the Session,
// loading and changing data, navigation, and the two kinds of pages that most are
// (ListPage, DetailPage), with forms, pickers and help.
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
