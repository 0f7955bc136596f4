// Package events has the screens about the client's events: the list with what
// tracking links sold of each, the cards of the last 30 days above it and the event under
// the cursor beside it, and the form that adds or changes one.
package events
