// Package events has the screens about the client's events: the list with what
// tracking links sold of each, and the form that adds or changes one.
package events
