package command

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// The names of the contract's JSON, which programs are written against.
const (
	linkKeys     = "aliases archived bots clicks code created_at email event full_url level mail name qr_scans short_url source stats_url visitors"
	clientKeys   = "carry created_at name reply_to rule slug timezone tracking url window"
	eventKeys    = "carry client created_at name shops slug starts_at ticket_types timezone url"
	personKeys   = "client created_at email keys last_seen name role"
	keyKeys      = "comment created_at fingerprint last_seen person public"
	numberKeys   = "customers face_value new_customers orders scanned tickets unscanned"
	orderKeys    = "checkout customer_new face_value id links placed_at reasons test tickets version"
	explainKeys  = "checkout customer_new id placed_at rule tickets version window"
	checkoutKeys = "api_url client created_at held_reason held_until ignored kind last_accepted_at last_refused_at last_refused_reason name queued secrets url"
	inboxKeys    = "checkout errors event id reason received_at resolved_at state type webhook_id"
	hookKeys     = "client created_at created_by delivered_at failing_since last_error state url waiting"
)

func merged(lists ...string) string {
	return strings.Join(slices.Sorted(slices.Values(strings.Fields(strings.Join(lists, " ")))), " ")
}

func TestJSON_EachCommand_KeysOfTheContract(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.deliver("w-2", `{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{"id":"A-2","tickets":[]}}`)
	key, pub := keyLine(t)
	fingerprint := ssh.FingerprintSHA256(pub)
	second, _ := keyLine(t)
	for _, c := range []struct{ line, path, keys string }{
		{`client add north --name North --url https://tickets.example/north`, "", clientKeys},
		{`client list`, "clients", clientKeys},
		{`client show acme`, "", clientKeys},
		{`client set acme --window 45s`, "", clientKeys},
		{`checkout add box --client acme`, "", "kind name secret url"},
		{`checkout add webshop --kind woocommerce`, "", "kind name secret url"},
		{`checkout list`, "checkouts", checkoutKeys},
		{`checkout show box`, "", merged(checkoutKeys, "secret_uses steps")},
		{`checkout test box`, "", "checkout ok steps"},
		{`checkout set webshop --ignore 77`, "", checkoutKeys},
		{`checkout rotate box`, "", "kind name secret secrets url"},
		{`checkout remove box`, "", "removed"},
		{`hook add https://receiver.example/sales --client acme`, "", merged(hookKeys, "secret")},
		{`hook list`, "hooks", hookKeys},
		{`host-key show`, "host_keys", "fingerprint public signs_from state"},
		{`host-key rotate`, "host_keys", "fingerprint public signs_from state"},
		{`receipt-key list`, "receipt_keys", "id signs_from signs_until state"},
		{`receipt-key rotate`, "receipt_keys", "id signs_from signs_until state"},
		{`help secrets`, "secrets", "about kept name"},
		{`hook remove https://receiver.example/sales`, "", "removed"},
		{`event add gala --name Gala --url https://tickets.example/gala --client acme`, "", eventKeys},
		{`event list --client acme`, "events", eventKeys},
		{`event show gala --client acme`, "", eventKeys},
		{`event set gala --name Galas --client acme`, "", eventKeys},
		{`promoter add Bo Lind --role owner --client acme --key "` + key + `"`, "", personKeys},
		{`'promoter invite "Di Low" di@example.com --client acme'`, "", "client code created_at email expires_at name role"},
		{`promoter list --client acme`, "invites", "client created_at email expires_at name role"},
		{`'promoter revoke "Di Low" --client acme'`, "", "removed"},
		{`promoter list --client acme`, "promoters", personKeys},
		{`promoter list --client acme`, "promoters.keys", keyKeys},
		{`'key add --promoter "Bo Lind" --client acme "` + second + `"'`, "", keyKeys},
		{`key list --client acme`, "keys", keyKeys},
		{`key remove --client acme ` + fingerprint, "", "removed"},
		{`link add Cy cy@example.com --client acme`, "", linkKeys},
		{`link list --client acme`, "links", linkKeys},
		{`statement ana --from 2026-05-01 --to 2026-06-01 --rate 10% --client acme`, "", "amount base client drawn_at face_value final from lines link name rate rule sha256 share tickets timezone to window without_paid"},
		{`statement ana --from 2026-05-01 --to 2026-06-01 --client acme`, "lines", "amount at base checkout currency event face_value kind order paid share tickets type"},
		{`report add boss@example.com --weekly --client acme`, "", "created_at email event every next_at"},
		{`report list --client acme`, "reports", "created_at email event every next_at"},
		{`report remove boss@example.com --client acme`, "reports", "created_at email event every next_at"},
		{`link show ana --client acme`, "", merged(linkKeys, numberKeys, "assists digest mail_error shared_address_orders refunded ticket_types taken_over_by took_over_from")},
		{`link test ana --client acme`, "", "link ok steps"},
		{`link code add ana ana10 --client acme`, "", linkKeys},
		{`link code remove ana ana10 --client acme`, "", linkKeys},
		{`link set ana --source social --client acme`, "", linkKeys},
		{`link archive ana --client acme`, "", linkKeys},
		{`link restore ana --client acme`, "", linkKeys},
		{`link resend ana --client acme`, "", linkKeys},
		{`link qr ana --client acme`, "", "code png_url svg_url url"},
		{`stats --client acme`, "", "client event from links timezone to total unattributed"},
		{`stats --client acme`, "links", merged(numberKeys, "link ticket_types")},
		{`stats --client acme`, "links.link", linkKeys},
		{`stats --client acme`, "links.ticket_types", merged(numberKeys, "event name type")},
		{`stats --client acme`, "total", numberKeys},
		{`order list --client acme`, "orders", orderKeys},
		{`order explain A-1001 --client acme`, "", explainKeys},
		{`order explain A-1001 --client acme`, "tickets", "considered event id link reason scanned status type"},
		{`inbox list`, "inbox", inboxKeys},
		{`inbox show 1`, "", merged(inboxKeys, "body")},
		{`audit --client acme`, "audit", "action actor after at before client id object"},
		{`theme dark`, "", "before theme themes"},
		{`keys list`, "keys", "action default does key"},
		{`keys set up=i`, "keys", "action default does key"},
		{`keys reset`, "keys", "action default does key"},
		{`whoami`, "", "certificate client fingerprint name role"},
	} {
		// Where the whole command is quoted, --json stands inside the quotes.
		out := p.admin(strings.TrimSuffix(c.line, "'") + " --json" + c.line[len(strings.TrimSuffix(c.line, "'")):])
		var doc any
		if err := json.Unmarshal([]byte(out), &doc); err != nil || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: %v\n%s", c.line, err, out)
			continue
		}
		at := dig(doc, c.path)
		object, ok := at.(map[string]any)
		if !ok {
			t.Errorf("%s: no object at %q: %s", c.line, c.path, out)
			continue
		}
		if got := strings.Join(slices.Sorted(maps.Keys(object)), " "); got != c.keys {
			t.Errorf("%s %s:\n got %s\nwant %s", c.line, c.path, got, c.keys)
		}
	}
}

// dig follows a path into a document; of a list it takes the first thing.
func dig(doc any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		if at, ok := doc.(map[string]any); ok && name != "" {
			doc = at[name]
		}
		if list, ok := doc.([]any); ok && len(list) > 0 {
			doc = list[0]
		}
	}
	return doc
}

func TestJSON_NothingThere_EmptyLists(t *testing.T) {
	p := newPlatform(t)
	p.admin(`client add acme --name Acme --url https://tickets.example/acme`)
	for line, want := range map[string]string{
		"checkout list": `{"checkouts":[]}`, "hook list": `{"hooks":[]}`, "event list": `{"events":[]}`, "link list": `{"links":[]}`, "order list": `{"next":null,"orders":[],"total":0}`, "inbox list": `{"inbox":[],"next":null,"total":0}`,
		"stats": `{"client":"acme","event":null,"from":null,"to":null,"timezone":"Europe/London","links":[],"total":{"customers":0,"new_customers":0,"orders":0,"tickets":0,"scanned":0,"unscanned":0,"face_value":{}},"unattributed":[]}`,
	} {
		if got := p.admin(line + " --json"); got != want+"\n" {
			t.Errorf("%s: %s", line, got)
		}
	}
	if got := p.admin(`event add gala --name Gala --url https://tickets.example/gala --json`); !strings.Contains(got, `"ticket_types":[]`) {
		t.Errorf("event add: %s", got)
	}
}
