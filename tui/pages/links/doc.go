// Package links has the screens about tracking links: Link Tracking, one link, the form
// that creates one, and the choice of days.
package links
