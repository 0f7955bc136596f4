package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
)

// evil are texts that steer a terminal, turn or hide what stands beside them, end a line or
// a header, run in a page, compute in a spreadsheet, or are no text at all.
var evil = []string{
	"\x1b]52;c;ZXZpbA==\a\x1b[2J\u009b31m\u202eEvil\u2066\u200b\u2060\ufeff\x00\x7f\r\nBcc: a@b.example",
	"=HYPERLINK(\"http://x\";\"<img src=x onerror=alert(1)>\")",
	"-2+3|cmd' /C calc'!A0</title><script>alert(1)</script>",
	strings.Repeat("漢字", 300) + "\u0300\u0301\u0302\u0303\u0304\u0305\u0306\U000e0041",
	"bad\xff\xfe\xc0\x80utf8\u0085\u2028\u2029\x9b31m",
}

// plainEvil are those that may be a name: they are kept, and shown everywhere.
var plainEvil = []string{"=1+1", "+44 20", "@SUM(A1)", "-2+3", "<script>alert(1)</script>", "\"><img src=x>", "Zoë 👩‍👩‍👧‍👦", "{{.Token}}", "a'b&c;d"}

// harmless says whether a terminal that shows the text obeys nothing in it and hides
// nothing of it.
func harmless(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("not UTF-8: %q", strings.ToValidUTF8(text, "<here>"))
	}
	for i, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control) || strings.ContainsRune("\u200b\u2060\ufeff\u2028\u2029", r) || r >= 0xe0000 && r < 0xe0100) {
			return fmt.Errorf("%U in %q", r, text[max(i-60, 0):min(i+60, len(text))])
		}
	}
	return nil
}

// attack is a daemon, and all that came out of it.
type attack struct {
	*platform
	conn *ssh.Client // of the admin, for all commands
	seen int
}

// out looks at something that came out.
func (a *attack) out(what, text string) {
	a.t.Helper()
	if err := harmless(text); err != nil {
		a.t.Errorf("%s: %v", what, err)
	}
	a.seen++
}

// line runs a command line and looks at what it prints.
func (a *attack) line(in, line string) string {
	a.t.Helper()
	session, err := a.conn.NewSession()
	if err != nil {
		a.t.Fatal(err)
	}
	var out, errs bytes.Buffer
	session.Stdin, session.Stdout, session.Stderr = strings.NewReader(in), &out, &errs
	if err := session.Run(line); err != nil {
		if _, exited := errors.AsType[*ssh.ExitError](err); !exited {
			a.t.Fatalf("%.80q: %v", line, err)
		}
	}
	a.out(fmt.Sprintf("%.80q prints", line), out.String()+errs.String())
	return out.String()
}

// quoted is the text as one word of a command line.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// evilString is the text as a JSON string that holds it.
func evilString(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// Hostile text in by every door, and out by every output of one daemon.
func TestDaemon_HostileText_NothingComesOutRaw(t *testing.T) {
	post := newMailServer(t)
	hook := make(chan string, 1000)
	receiver := serveHTTPOn(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hook <- string(body)
		w.Header().Set("X-Answer", "\u202e")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, evil[0])
	})
	a := &attack{platform: serve(t, "--log-level", "debug", "--log-format", "json", "--allow-private", "--smtp", "smtp://"+post.addr)}
	box := a.seed()
	a.conn = a.dial(a.admin)
	defer a.conn.Close()
	a.run("hook", "add", receiver+"/in", "--client", "acme")
	for _, step := range []struct {
		name string
		do   func(*attack, *checkout)
	}{
		{"in by commands", evilCommands},
		{"in by webhooks", evilWebhooks},
		{"in by shops", evilShops},
		{"in by requests", evilRequests},
		{"in by ssh", evilSSH},
		{"in by imports", evilImports},
		{"in by the console", evilConsole},
		{"out by commands", outOfCommands},
		{"out by the console", outOfConsole},
		{"out by pages", outOfPages},
	} {
		t.Run(step.name, func(t *testing.T) {
			defer func(outer testing.TB) { a.t = outer }(a.t)
			a.t = t
			step.do(a, box)
		})
	}
	for range len(hook) {
		a.out("a hook's message", <-hook)
	}
	mails := post.all()
	for _, mail := range mails {
		a.out("a mail", strings.ReplaceAll(mail, "\r\n", "\n"))
		if regexp.MustCompile(`(?im)^bcc:`).MatchString(mail) {
			t.Errorf("a mail has one more recipient:\n%s", mail)
		}
	}
	status, metrics := a.getFrom("http://" + a.metrics + "/metrics")
	a.out("the metrics", metrics)
	a.out("the log", a.stderr.String())
	for line := range strings.Lines(a.stderr.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("the log is not JSON: %q", line)
		}
	}
	if len(mails) < 3 || status != 200 || a.seen < 400 {
		t.Errorf("%d mails, metrics %d, %d outputs", len(mails), status, a.seen)
	}
}

func evilCommands(a *attack, _ *checkout) {
	for i, name := range plainEvil {
		a.line("", fmt.Sprintf("link add %s ana@example.com --code plain-%d --event summerfest", quoted(name), i))
		a.line("", fmt.Sprintf("event add plain-%d --name %s --url 'https://tickets.example/%d?x=<b>&y=\"'", i, quoted(name), i))
		a.line("", fmt.Sprintf("promoter invite %s plain%d@example.com --client acme", quoted(name), i))
	}
	a.line("", "link add Refused refused@example.com --code refused")
	a.line("", "link add Later later@example.com --code later")
	for i, text := range evil {
		word := quoted(text)
		_, public, _ := strings.Cut(newIdentity(a.t, "x").public, " ")
		for _, line := range []string{
			"link add " + word + " x@example.com", "link add X " + word, "link add X x@example.com --code " + word, "link add X x@example.com --event " + word, "link add X x@example.com --source " + word,
			"link show " + word, "link qr " + word, "link set ana --name " + word, "link code add ana " + word, "stats --link " + word, "stats --from " + word, "stats --sort " + word,
			"event add evil --url https://x.example --name " + word, "event set summerfest --url " + word, "event set summerfest --starts " + word, "event set summerfest --shop " + word, "event show " + word,
			"client add evil --url x --name " + word, "client set acme --carry " + word, "client set acme --timezone " + word, "client show " + word, "stats --client " + word,
			"checkout add " + word, "checkout add evil --kind " + word, "checkout show " + word, "hook add " + word, "hook test " + word, "promoter invite " + word + " x@example.com", "promoter remove " + word,
			fmt.Sprintf("promoter add Evil%d --client acme --key 'ssh-ed25519 %s %s'", i, strings.Fields(public)[0], strings.ReplaceAll(text, "'", "")),
			"key remove " + word, "order explain " + word, "order list --search " + word, "inbox show " + word, "export " + word, "help " + word, word, "--" + text, "link " + word, "stats --" + text,
		} {
			a.line("", line)
			if i == 0 {
				a.line("", line+" --json")
			}
		}
	}
	a.line("", "hook test "+a.hookURL())
	a.line("", "hook test "+a.hookURL()+" --json")
}

func (a *attack) hookURL() string {
	var hooks struct{ Hooks []struct{ URL string } }
	a.json(&hooks, "hook", "list", "--client", "acme")
	return hooks.Hooks[0].URL
}

func evilWebhooks(a *attack, box *checkout) {
	order := strings.Replace(orderBody("ID", "", 4500), `"receipt":""`, `"code":"ana"`, 1)
	n := 0
	send := func(what, body string) {
		n++
		status, answer, err := box.send(fmt.Sprint("evil-", n), body, time.Now())
		if err != nil {
			a.t.Fatal(err)
		}
		a.out(fmt.Sprintf("%s is answered %d", what, status), answer)
	}
	for i, text := range evil {
		s := evilString(text)
		for field, body := range map[string]string{
			"type name": strings.Replace(order, `"type":"ga"`, `"type":"ga","type_name":`+s, 1), "type": strings.Replace(order, `"type":"ga"`, `"type":`+s, 1),
			"customer": strings.Replace(order, `"cus_ID"`, s, 1), "e-mail": strings.Replace(order, `"id":"cus_ID"`, `"email":`+s, 1), "order": strings.Replace(order, `"ID"`, s, 1),
			"ticket": strings.Replace(order, `"ID-1"`, s, 1), "event": strings.Replace(order, `"summerfest"`, s, 1), "code": strings.Replace(order, `"ana"`, s, 1),
			"coupon": strings.Replace(order, `"code":"ana"`, `"coupon":`+s, 1), "click": strings.Replace(order, `"code":"ana"`, `"click":`+s, 1), "receipt": strings.Replace(order, `"code":"ana"`, `"receipt":`+s, 1),
			"channel": strings.Replace(order, `"currency"`, `"channel":`+s+`,"currency"`, 1), "currency": strings.Replace(order, `"GBP"`, s, 1), "status": strings.Replace(order, `"type":"ga"`, `"type":"ga","status":`+s, 1),
			"message type": strings.Replace(order, `"order.placed"`, s, 1), "time": regexp.MustCompile(`"placed_at":"[^"]*"`).ReplaceAllString(order, `"placed_at":`+s),
			"unknown field": strings.Replace(order, `{"type"`, `{`+s+`:1,"type"`, 1), "no JSON": `{"type":` + text, "number": strings.Replace(order, `4500`, s, 1),
		} {
			send(field, strings.ReplaceAll(body, `"ID`, fmt.Sprintf(`"ID-%d-%s`, i, strings.ReplaceAll(field, " ", ""))))
		}
		send("event name", fmt.Sprintf(`{"type":"event.updated","timestamp":"2026-06-01T10:00:00Z","data":{"id":"evil-%d","client":"acme","name":%s,"url":"https://t.example/%d","starts_at":"2026-06-01T10:00:00Z","timezone":"Europe/London","ticket_types":[{"id":"ga","name":%s}]}}`, i, s, i, s))
		send("event's address", fmt.Sprintf(`{"type":"event.updated","timestamp":"2026-06-01T10:00:00Z","data":{"id":"evil-%d","client":%s,"name":"X","url":%s,"timezone":%s}}`, i, s, s, s))
		send("scan", fmt.Sprintf(`{"type":"ticket.scanned","timestamp":"2026-06-01T10:00:00Z","data":{"ticket":%s,"at":%s}}`, s, s))
	}
}

// evilShops are deliveries of every kind with hostile names, and with nothing but hostile
// text, and shops' APIs that answer with it.
func evilShops(a *attack, _ *checkout) {
	for i, d := range dialects() {
		if d.kind == "standard" || d.about != "" && d.kind == "woocommerce" {
			continue
		}
		name := fmt.Sprintf("shop-%d", i)
		api, secret := connectShop(a.platform, d, name)
		if api != nil {
			answers := 0
			api.sicken(func(w http.ResponseWriter, _ *http.Request) bool {
				answers++
				switch answers % 3 {
				case 0:
					w.WriteHeader(http.StatusForbidden)
				case 1:
					w.WriteHeader(http.StatusNotFound)
				}
				_, _ = io.WriteString(w, `{"error":`+evilString(evil[0])+`,"detail":"`+evil[4]+`"}`)
				return true
			})
		}
		for n, text := range evil[:4] {
			for _, m := range d.order(a.t, sold(n+1, "kim@example.com", 1, "GBP", time.Now(), [3]int64{1, 4500, 1}), "placed") {
				for _, only := range []*regexp.Regexp{regexp.MustCompile(`name|title|description|email|code|coupon|reference|note|slug`), regexp.MustCompile(``)} {
					m.body = withStrings(m.body, only, text)
					status, answer := d.post(a.platform, name, secret, m)
					a.out(fmt.Sprintf("%s: %d", d.kind, status), answer)
				}
			}
		}
		a.line("", "checkout show "+name)
		a.line("", "checkout test "+name)
	}
}

// withStrings is the JSON with the text in place of the strings whose keys match.
func withStrings(body string, keys *regexp.Regexp, text string) string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return body
	}
	var walk func(key string, v any) any
	walk = func(key string, v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k := range v {
				v[k] = walk(k, v[k])
			}
		case []any:
			for i := range v {
				v[i] = walk(key, v[i])
			}
		case string:
			if keys.MatchString(key) {
				return text
			}
		}
		return v
	}
	b, _ := json.Marshal(walk("", v))
	return string(b)
}

// evilRequests are raw requests, since Go's client refuses to send them.
func evilRequests(a *attack, _ *checkout) {
	for _, text := range evil {
		line := strings.NewReplacer("\r\n", "%0d%0a", "\x00", "%00", " ", "%20").Replace(text)
		header := strings.NewReplacer("\r\n", " ", "\x00", "").Replace(text)
		for _, path := range []string{"/" + line, "/ana?x=" + line, "/e/" + line, "/c/acme?act=subpromoterv3&sp=" + line, "/qr/" + line + ".png", "/qr/ana.svg?size=" + line, "/stats/" + line, "/webhooks/" + line} {
			for _, method := range []string{"GET", "POST"} {
				conn, err := net.Dial("tcp", strings.TrimPrefix(a.http, "http://"))
				if err != nil {
					a.t.Fatal(err)
				}
				_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
				_, _ = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nUser-Agent: Mozilla/5.0 %s\r\nReferer: %s\r\nX-Forwarded-For: %s\r\nCookie: lastclick=%s\r\nContent-Type: %s\r\nWebhook-Id: %s\r\nContent-Length: 0\r\n\r\n",
					method, path, "x.example", header, header, header, header, header, header)
				answer, _ := io.ReadAll(conn)
				_ = conn.Close()
				a.out(fmt.Sprintf("%s %.40q", method, path), strings.ReplaceAll(string(answer), "\r\n", "\n"))
			}
		}
	}
}

func evilImports(a *attack, _ *checkout) {
	for _, text := range evil {
		cell := `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		for line, in := range map[string]string{
			"link import":                       "name,email\n" + cell + ",x@example.com\nX," + cell + "\n" + cell + "," + cell + "\n",
			"order import --checkout boxoffice": "order,placed_at,event,type,type_name,quantity,face_value,currency,ticket,customer,code\nI-1,2026-06-01T10:00:00Z,summerfest,ga," + cell + ",1,45,GBP," + cell + "," + cell + "," + cell + "\n" + strings.Repeat(cell+",", 10) + cell + "\n",
			"scan import --checkout boxoffice":  "ticket,at\n" + cell + ",2026-06-01T10:00:00Z\nT-1," + cell + "\n",
		} {
			a.line(in, line)
			a.line(in, line+" --dry-run --json")
			a.line(cell+"\n"+cell, line)
		}
	}
}

// columns are escapes that the console itself may write: colours, the cursor, modes.
var columns = regexp.MustCompile(`\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b[78=>]|\x1b\([0B]`)

func (s *screen) harmless(a *attack, what string) {
	a.t.Helper()
	a.out(what, strings.NewReplacer("\r", "", "\x0f", "", "\b", "").Replace(columns.ReplaceAllString(s.output(), "")))
}

func outOfCommands(a *attack, _ *checkout) {
	a.eventually("a mail was refused", func() bool { return strings.Contains(a.line("", "link show refused --json"), `"failed"`) })
	for _, line := range []string{
		"link list --all", "link show plain-0", "link show plain-4", "link qr plain-4", "stats", "stats --link plain-0", "order list", "order list --unattributed", "event list", "event show plain-4", "event show evil-1",
		"promoter list --client acme", "key list --client acme", "client list", "client show acme", "checkout list", "checkout show boxoffice", "hook list", "hook list --client acme", "inbox list --limit 1000", "audit --limit 1000", "whoami", "help", "help webhook",
	} {
		for _, form := range []string{"", " --json", " --csv"} {
			out := a.line("", line+form)
			if form == " --csv" {
				a.noFormula(line, out)
			}
		}
	}
	for _, what := range []string{"links", "orders", "tickets"} {
		a.noFormula("export "+what, a.line("", "export "+what))
	}
	var orders struct {
		Orders []struct{ ID, Checkout string }
	}
	a.json(&orders, "order", "list", "--limit", "500")
	for i, o := range orders.Orders {
		if i%7 == 0 { // some of each kind: the list has shown them all
			a.line("", "order explain "+quoted(o.ID)+" --checkout "+o.Checkout)
		}
	}
	var inbox struct{ Inbox []struct{ ID int } }
	a.json(&inbox, "inbox", "list", "--limit", "500")
	for i, item := range inbox.Inbox {
		if i%7 == 0 {
			a.line("", fmt.Sprint("inbox show ", item.ID))
			a.line("", fmt.Sprint("inbox show ", item.ID, " --json"))
		}
	}
	if len(orders.Orders) < 20 || len(inbox.Inbox) < 50 {
		a.t.Errorf("%d orders and %d items of the inbox", len(orders.Orders), len(inbox.Inbox))
	}
}

// noFormula wants no cell that a spreadsheet would compute.
func (a *attack) noFormula(what, out string) {
	a.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		a.t.Errorf("%s: %v", what, err)
	}
	for _, row := range rows {
		for _, c := range row {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) && !regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`).MatchString(c) {
				a.t.Errorf("%s: the cell %q is a formula", what, c)
			}
		}
	}
}

// outOfPages are the pages of all links, and their QR codes.
func outOfPages(a *attack, _ *checkout) {
	var links struct {
		Links []struct {
			Name, Code string
			StatsURL   string `json:"stats_url"`
		}
	}
	a.json(&links, "link", "list", "--all")
	if len(links.Links) < len(plainEvil) {
		a.t.Errorf("%d links", len(links.Links))
	}
	for _, l := range links.Links {
		path := l.StatsURL[strings.Index(l.StatsURL, "/stats/"):]
		status, page := a.get(path)
		a.out("the page of "+l.Name, page)
		if status != 200 || strings.Contains(page, "<img src=x") || strings.Contains(page, "<script>alert") || strings.Count(page, "<script") != 1 {
			a.t.Errorf("the page of %q: %d\n%s", l.Name, status, page)
		}
		_, drawing := a.get("/qr/" + l.Code + ".svg")
		a.out("the QR code of "+l.Name, drawing)
	}
}

// Whatever is logged, in either format, is one line that steers no terminal.
func TestLogger_HostileText_NothingComesOutRaw(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		log := (&config{logFormat: format}).logger(&out)
		for _, text := range evil {
			log.Warn(text, text, text, "err", errors.New(text), "list", []string{text}) //nolint:sloglint // hostile, as a library's may be
		}
		if err := harmless(out.String()); err != nil || strings.Count(out.String(), "\n") != len(evil) {
			t.Errorf("%s: %v in %d lines", format, err, strings.Count(out.String(), "\n"))
		}
	}
}
