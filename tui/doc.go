// Package tui is the console that a promoter meets over SSH: Live Stats › Marketing ›
// Link Tracking and the pages behind it.
//
// It draws model types and calls a store; of sockets, sessions and SQL it knows
// nothing. What a session has of its own (size, colours, clock, clipboard, who acts)
// comes in through Options, so that many consoles run in one process.
//
// This package is the frame: tabs, breadcrumb, toast, questions, the watch on the
// client, and the screen that takes an invite code. Its folders:
//
//   - pages/links, orders, events, team, platform: the screens, one file each
//   - page: what screens share: loading, navigation, lists, forms
//   - ui: components on bubbles and lipgloss
//
// Consoles that show the same version of a page share what it takes to draw it (Shared in
// page, Data in ui): its rows are measured, sorted and drawn once for all windows of a
// width and a look. A session has its own cursor, folds, filter and frame.
//
// The folders of pages do not know one another: routes.go gives each what it opens.
package tui
