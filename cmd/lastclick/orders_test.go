package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// placeMany posts orders of customers who did not click, numbered from 1001.
func (c *checkout) placeMany(t *testing.T, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if status, answer := c.post(fmt.Sprint("many_", n), orderBody(fmt.Sprint("A-", 1000+n), "", 4500)); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
	}
}

// The console's list of orders is the store's: what is not on the first page is found,
// explained, and reached while orders arrive.
func TestOrders_ThreeHundred_SearchedExplainedAndReadToTheEnd(t *testing.T) {
	p := serve(t)
	box := p.seed()
	box.placeMany(t, 1, 301)
	screen := p.console(p.admin, 100, 24)
	defer screen.close()
	screen.waitFor("Ana", "Total")
	screen.press("3")
	screen.waitFor("A-1300", "of 300 orders")
	screen.press("/1001")
	screen.waitFor("A-1001", "1–1 of 1 order")
	screen.press("\r\r")
	screen.waitFor("Order A-1001", "clicked no tracking link")
	screen.press("\x1b")
	screen.waitFor("1–1 of 1 order")
	screen.press("\x1b")
	screen.waitFor("A-1300", "of 300 orders")
	screen.press("G")
	screen.waitFor("A-1001", "–300 of 300 orders")
	box.placeMany(t, 301, 304)
	screen.waitFor("A-1001", "–303 of 303 orders")
	screen.press("g")
	screen.waitFor("A-1303", "1–", "of 303 orders")
	screen.quit()
	var found struct {
		Orders []struct{ ID string }
		Total  int
		Next   *string
	}
	p.json(&found, "order", "list", "--search", "1001")
	if found.Total != 1 || len(found.Orders) != 1 || found.Orders[0].ID != "A-1001" || found.Next != nil {
		t.Errorf("found %+v", found)
	}
}

// Orders that come at once are each printed, once.
func TestOrderListFollow_OrdersArrive_EachOnALine(t *testing.T) {
	p := serve(t)
	box := p.seed()
	box.placeMany(t, 0, 3)
	client := p.dial(p.admin)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out, err := session.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Start("order list --follow --json --limit 2"); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	next := func() string {
		if !lines.Scan() {
			t.Fatalf("the output ended: %v", lines.Err())
		}
		var o struct{ ID string }
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			t.Fatalf("%v in %q", err, lines.Text())
		}
		return o.ID
	}
	if got := next() + " " + next(); got != "A-1001 A-1002" {
		t.Errorf("it begins with %s", got)
	}
	const many = 60
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 3; n < 3+many; n++ {
			box.post(fmt.Sprint("many_", n), orderBody(fmt.Sprint("A-", 1000+n), "", 4500))
		}
	}()
	for n := 3; n < 3+many; n++ {
		if got := next(); got != fmt.Sprint("A-", 1000+n) {
			t.Errorf("%s came in the place of A-%d", got, 1000+n)
		}
	}
	<-done
	if err := session.Signal(ssh.SIGINT); err != nil {
		t.Log(err)
	}
	_ = session.Close()
	if text := p.run("order", "list", "--search", "'A-1003 no link'"); !strings.Contains(text, "A-1003") {
		t.Error(text)
	}
}
