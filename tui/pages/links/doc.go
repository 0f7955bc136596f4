// Package links has the screens about tracking links. Link Tracking is the home page: its
// table (columns.go says which columns give way), the cards above it, the link under the
// cursor beside it (preview.go), what is done with several marked links (marked.go), and
// the choice of days and of columns. One link has a page with charts, codes and the owner's
// stats page, forms that create and change it, and its self-test (link_walk.go).
package links
