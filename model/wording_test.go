package model

import "testing"

func TestOutcome_Status_InWords(t *testing.T) {
	for o, want := range map[*Outcome]string{
		{Status: Applied, Event: "summerfest"}: "Applied event summerfest",
		{Status: Duplicate, Ticket: "T-1"}:     "Nothing to do: the scan of ticket T-1 had been applied before",
		{Status: Stale, Order: "A-1"}:          "Nothing to do: a newer version of order A-1 is known",
		{Status: Parked}:                       "It still waits for its event: add the event, and it is applied by itself",
	} {
		if got := o.Explain(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
