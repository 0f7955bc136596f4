package command

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"lastclick/model"
)

// The SHA-256 of a statement is of what --csv prints, and stays when it is drawn up again.
func TestStatement_SHA256_IsOfTheCSV(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.deliver("w-old", `{"type":"order.placed","timestamp":"2026-05-01T10:00:00Z","data":{"id":"A-900","version":1,"placed_at":"2026-05-01T10:00:00Z","currency":"GBP",
		"tracking":{"code":"ana"},"tickets":[{"id":"T-900","event":"summerfest","type":"ga","face_value":4505},{"id":"T-901","event":"summerfest","type":"ga","face_value":4505,"paid":4000}]}}`)
	const may, june = "statement ana --from 2026-05-01 --to 2026-05-31 --rate 10% --base paid", "statement ana --from 2026-06-01 --to today --rate 10% --base paid"
	type drawn struct {
		SHA256  string
		Final   bool
		Tickets int64
		Share   model.Money
		Lines   []json.RawMessage
	}
	read := func(line string) (st drawn) {
		t.Helper()
		if err := json.Unmarshal([]byte(p.admin(line+" --json")), &st); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(p.admin(line + " --csv")))
		if got := hex.EncodeToString(sum[:]); got != st.SHA256 {
			t.Errorf("%s: the CSV has %s, the JSON says %s", line, got, st.SHA256)
		}
		if text := p.admin(line); !strings.Contains(text, st.SHA256) {
			t.Errorf("the text has another SHA-256 than %s:\n%s", st.SHA256, text)
		}
		return st
	}
	first := read(may)
	golden(t, "statement-csv", p.admin(may+" --csv"))
	p.deliver("w-refund", `{"type":"order.updated","timestamp":"2026-06-01T10:00:00Z","data":{"id":"A-900","version":2,"placed_at":"2026-05-01T10:00:00Z","currency":"GBP",
		"tracking":{"code":"ana"},"tickets":[{"id":"T-900","event":"summerfest","type":"ga","face_value":4505,"status":"refunded"},{"id":"T-901","event":"summerfest","type":"ga","face_value":4505,"paid":4000}]}}`)
	if again := read(may); again.SHA256 != first.SHA256 || !again.Final || again.Tickets != 2 || again.Share["GBP"] != 451+400 {
		t.Errorf("the statement of May was %+v and is %+v", first, again)
	}
	if later := read(june); later.Tickets != 0 || later.Final || len(later.Lines) != 2 {
		t.Errorf("the statement of June is %+v", later)
	}
	golden(t, "statement-csv-later", p.admin(june+" --csv"))
}

func TestStatement_BadFlags_AreRefused(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	for line, code := range map[string]int{
		"statement ana": 2, "statement ana --from 2026-06-01": 2, "statement --from 2026-06-01 --to 2026-06-01": 2, "statement ana --from 2026-06-01 --to 2026-05-01": 1,
		"statement ana --from 2026-06-01 --to 2026-06-01 --rate lots": 1, "statement ana --from 2026-06-01 --to 2026-06-01 --base net": 1, "statement ghost --from 2026-06-01 --to 2026-06-01": 1,
	} {
		if got := p.as(model.Owner, split(t, line)...); got.code != code || got.err == "" || got.out != "" {
			t.Errorf("%s: exit %d, %s%s", line, got.code, got.out, got.err)
		}
	}
}

func TestReport_Commands_AnswerAsAsked(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	if got := p.admin("report add Boss@example.com --weekly"); got != "The numbers of every event are mailed to Boss@example.com, weekly. The first mail goes out on 2026-06-08 08:00 BST.\n" {
		t.Error(got)
	}
	p.admin("report add Boss@example.com --daily") // replaces it
	p.admin("report add venue@example.com --weekly --event summerfest")
	if got := p.admin("report list --csv"); got != "email,every,event,next_at,created_at\nBoss@example.com,daily,,2026-06-02T07:00:00Z,2026-06-01T10:00:00Z\nvenue@example.com,weekly,summerfest,2026-06-08T07:00:00Z,2026-06-01T10:00:00Z\n" {
		t.Error(got)
	}
	for _, line := range []string{"report add a@example.com", "report add a@example.com --weekly --daily"} {
		if got := p.as(model.Admin, split(t, line)...); got.code != 2 {
			t.Errorf("%s: exit %d %s", line, got.code, got.err)
		}
	}
	if got := p.as(model.Admin, "report", "remove", "venue@example.com", "--event", "winterfest"); got.code != 1 {
		t.Errorf("exit %d %s", got.code, got.out)
	}
	p.admin("report remove venue@example.com --event summerfest")
	p.admin("report remove Boss@example.com")
	if got := p.admin("report list --json"); got != `{"reports":[]}`+"\n" {
		t.Error(got)
	}
	p.admin("link set ana --digest weekly")
	if got := p.admin("link show ana"); !strings.Contains(got, "The owner is mailed the numbers every Monday.") {
		t.Error(got)
	}
	if got := p.as(model.Member, "link", "set", "ana", "--digest", "hourly"); got.code != 1 || !strings.Contains(got.err, "weekly, first-sale or none") {
		t.Errorf("exit %d %s", got.code, got.err)
	}
}
