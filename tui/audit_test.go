package tui

import (
	"testing"
)

func TestAudit_Change_FromAndTo(t *testing.T) {
	c := acme(t, 120, 24)
	c.press("5")
	c.sees("name Ana → Ana Lopez", "archived no → yes", "name Acme Events, window 30d")
	c.press("enter")
	c.sees("link set ana", "by Sam on 1 Jun 2026 12:55:00, client acme", "name      Ana → Ana Lopez", "Unchanged", "archived  no")
}
