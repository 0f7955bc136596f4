package main

import (
	"fmt"
	"strings"
	"testing"

	"lastclick/model/testenv"
)

// onDatabase has every program that a test starts work on that database.
const onDatabase = "LASTCLICK_DATABASE"

// The stories are the tests of the same name once more, each over a PostgreSQL schema of its
// own: what customers, checkouts, shops and promoters meet is the same on both engines. What
// only a file has stays on SQLite: backup, restore, locks, and faults of the file. What does
// not touch the database (TLS, packages, samples, completion) is tried there too.
func TestPostgres_Stories(t *testing.T) {
	server := testenv.StartPostgres(t)
	for _, story := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"Walk", TestWalk_ClickAndOrder_Counted},
		{"Tracking", TestTracking_R26_ThreeModes_ClickToVerdict},
		{"Carrier", TestCarrier_R23_ClickAndOrder_Credited},
		{"Codes", TestCodes_R24_AliasOverSSH_CreditsByCouponAndShortlink},
		{"Faults", TestWebhook_EachFault_StatusOfTheContract},
		{"Kill", func(t *testing.T) { killRounds(t, 5) }},
		{"StoppedUnderLoad", TestServe_StoppedUnderLoad_EveryRedirectCounted},
		{"ConsolesOpen", TestServe_ConsolesOpen_StopsInOrder},
		{"Live", TestLive_OrderCommitted_ReachesTheOpenScreen},
		{"PromotersDay", TestConsole_PromotersDay_EachActionWorks},
		{"InvitedViewer", TestConsole_InvitedViewer_JoinsAndIsConfined},
		{"SubPromoter", TestSubPromoter_NewLink_MailQRAndPage},
		{"Metrics", TestMetrics_DashboardAndAlerts_NameWhatIsThere},
		{"Hook", TestHook_ClickOrderScanRefund_ToldAndSigned},
		{"Import", TestImport_OverSSH_FaultsDryRunOnceAndAgain},
		{"ImportBreaks", TestImport_ConnectionBreaks_GoesOnWithTheSameFile},
		{"WooCommerce", TestShop_WooCommerce_FromAddToNumbers},
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Setenv(onDatabase, server.URL(server.Schema(t)))
			story.run(t)
		})
	}
}

// Two nodes over one database are one platform: what is made, clicked and sold at one is
// at the other, and goes on there when the first is killed.
func TestPostgres_TwoNodes_OnePlatform(t *testing.T) {
	server := testenv.StartPostgres(t)
	t.Setenv(onDatabase, server.URL(server.Schema(t)))
	one, two := serve(t), &platform{}
	two.begin(t, "--admin-key", one.admin.public)
	two.admin = one.admin
	box := one.seed()
	there := *box
	there.p = two
	two.eventually("the link at the other node", func() bool {
		status, _ := two.browser().follow("/ana")
		return status == 302
	})
	const credited = `"link":"ana","reason":"last_click"`
	kim := one.browser()
	kim.follow("/ana")
	two.eventually("the checkout at the other node", func() bool {
		status, answer := there.post("msg_1", orderBody("A-1", kim.receipt(), 4500))
		return status == 200 && strings.Contains(answer, credited)
	})
	one.kill()
	for n := range 3 {
		id := fmt.Sprint("A-", n+2)
		if status, answer := there.post("msg_"+id, orderBody(id, kim.receipt(), 4500)); status != 200 || !strings.Contains(answer, credited) {
			t.Errorf("order %s: %d %s", id, status, answer)
		}
	}
	one.start()
	for _, node := range []*platform{one, two} {
		if sold := node.sold(); sold != 4 {
			t.Errorf("%d tickets are sold, want 4", sold)
		}
		if out, status := node.local("check", "--data", node.data); status != 0 {
			t.Errorf("check: %d %s", status, out)
		}
	}
}

// Pages and exports are read from the standby that --read-database names, with what was
// acknowledged, and from the primary while that standby is away.
func TestPostgres_ReadDatabase_PagesAndExportsFromTheStandby(t *testing.T) {
	server := testenv.StartPostgres(t)
	schema := server.Schema(t)
	t.Setenv(onDatabase, server.URL(schema))
	standby := server.Standby(t)
	p := serve(t, "--read-database", standby.URL(schema))
	box := p.seed()
	kim := p.browser()
	kim.follow("/ana")
	inUse := func(want float64) {
		p.eventually(fmt.Sprint("the standby in use: ", want), func() bool { return p.metric("lastclick_replica_in_use") == want })
	}
	sell := func(id string) {
		if status, answer := box.post("msg_"+id, orderBody(id, kim.receipt(), 4500)); status != 200 {
			t.Fatal(status, answer)
		}
	}
	reads := func(from string) float64 {
		return p.metric(`lastclick_replica_reads_total{from="` + from + `"}`)
	}
	inUse(1)
	for n := range 20 {
		sell(fmt.Sprint("A-", n))
	}
	p.eventually("the sales on the standby", func() bool { return p.sold() == 20 })
	before := reads("replica")
	if lines := strings.Count(p.run("export", "tickets"), "\n"); lines != 21 {
		t.Errorf("the export has %d lines", lines)
	}
	_, token, _ := strings.Cut(p.statsURL("ana"), "/stats/")
	if status, page := p.get("/stats/" + token); status != 200 || !strings.Contains(page, "20") {
		t.Errorf("stats page: %d", status)
	}
	if got := reads("replica"); got < before+2 {
		t.Errorf("%v reads of the standby, %v before an export and a page", got, before)
	}

	standby.Stop(t)
	sell("B-1")
	if sold := p.sold(); sold != 21 { // a person who asks meanwhile has the primary's number
		t.Errorf("%d tickets without the standby", sold)
	}
	inUse(0)
	standby.Control(t, "start")
	inUse(1)
	sell("B-2")
	p.eventually("the sales on the standby", func() bool { return p.sold() == 22 })
}
