// Package dbtest tests what every implementation of model.Store must do, through that
// interface alone. Run is the conformance suite. Each of its tests ends with a recount
// of the facts (Check) and with the invariants of the numbers, so that whatever a test
// does to the store proves them too.
//
// Histories checks the rules on random sequences of clicks and webhooks;
// `go test ./db -histories 100000` plays more than the 2,000 of a normal run.
//
// Seed and World serve the tests of other packages that need a store with data in it.
package dbtest

import (
	"testing"

	"lastclick/model"
)

// Open gives a test an empty store and closes it when the test ends.
type Open func(t *testing.T) model.Store

// Run runs the whole suite on the stores that open gives.
func Run(t *testing.T, open Open) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"Platform", platformTests},
		{"People", peopleTests},
		{"Settings", settingTests},
		{"Events", eventTests},
		{"Links", linkTests},
		{"Attribution", attributionTests},
		{"Carriers", carrierTests},
		{"Codes", codeTests},
		{"Consent", consentTests},
		{"Orders", orderTests},
		{"Numbers", numberTests},
		{"Inbox", inboxTests},
		{"Shops", shopTests},
		{"Ignored", ignoredTests},
		{"Reports", reportTests},
		{"Lists", listTests},
		{"OrderSorts", orderSortTests},
		{"OrderSearches", orderSearchTests},
		{"Statements", statementTests},
		{"Clicks", clickTests},
		{"Charts", chartTests},
		{"Overviews", overviewTests},
		{"Exports", exportTests},
		{"Imports", importTests},
		{"Public", publicTests},
		{"Mail", mailTests},
		{"MailReports", mailReportTests},
		{"Invites", inviteTests},
		{"Hooks", hookTests},
		{"Customers", customerTests},
		{"Keeper", keeperTests},
		{"Races", raceTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, tt := range group.tests {
				t.Run(tt.name, func(t *testing.T) { tt.run(newWorld(t, open(t))) })
			}
		})
	}
	t.Run("Closed", func(t *testing.T) { closed(Seed(t, open(t))) })
}

type test struct {
	name string
	run  func(*World)
}

// newWorld is a seeded world that is checked when the test ends.
func newWorld(t *testing.T, s model.Store) *World {
	w := Seed(t, s)
	t.Cleanup(w.prove)
	return w
}
