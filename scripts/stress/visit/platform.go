package visit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// The platform that is visited has one client with two events, some links and a checkout.
const (
	clientSlug   = "acme"
	CheckoutName = "box"
	LinkCount    = 20
)

// LinkCode is the code of a link, the same for every LinkCount.
func LinkCode(n int) string { return fmt.Sprintf("link-%02d", n%LinkCount) }

var eventSlugs = []string{"summerfest", "winterball"}

// OrderBody is the order of the id, always the same: of one to three tickets, by a
// link's code.
func OrderBody(id string) []byte { return OrderVersion(id, 1, "valid") }

// OrderVersion is a version of the order whose first ticket has the status.
func OrderVersion(id string, version int, status string) []byte {
	n := 0
	for _, c := range id {
		n = (n*31 + int(c)) % 9973
	}
	type ticket struct {
		ID        string `json:"id"`
		Event     string `json:"event"`
		Type      string `json:"type"`
		FaceValue int    `json:"face_value"`
		Status    string `json:"status"`
	}
	tickets := []ticket{{id + "-0", eventSlugs[n%2], "ga", 1000 + n, status}}
	for i := range n % 3 {
		tickets = append(tickets, ticket{fmt.Sprint(id, "-", i+1), eventSlugs[i%2], "vip", 2500, "valid"})
	}
	at := PlacedAt(id).UTC().Format(time.RFC3339Nano)
	body, err := json.Marshal(map[string]any{
		"type": "order.placed", "timestamp": at,
		"data": map[string]any{
			"id": id, "version": version, "placed_at": at, "currency": "GBP",
			"customer": map[string]any{"id": fmt.Sprint("cus_", n%500)},
			"tracking": map[string]any{"code": LinkCode(n)},
			"tickets":  tickets,
		},
	})
	if err != nil {
		panic(err) // strings and numbers only
	}
	return body
}

// firstPlaced is when the first order of a run was placed.
var firstPlaced = time.Now().Add(-time.Hour).Truncate(time.Second)

// PlacedAt is when the order was placed, always the same: an order that is delivered again
// must have the same bytes.
func PlacedAt(id string) time.Time {
	_, number, _ := strings.Cut(id, "-")
	n, _ := strconv.Atoi(number)
	return firstPlaced.Add(time.Duration(n) * 10 * time.Millisecond)
}

// textOf is a member of a JSON object.
func textOf(object, name string) (string, error) {
	var members map[string]any
	if err := json.Unmarshal([]byte(object), &members); err != nil {
		return "", err
	}
	s, ok := members[name].(string)
	if !ok {
		return "", fmt.Errorf("no %q in %s", name, object)
	}
	return s, nil
}

// Fill adds what the platform holds, as the admin who is signed in, and returns the
// checkout's secret.
func Fill(c *ssh.Client) (secret string, err error) {
	lines := []string{"client add " + clientSlug + " --name Acme --url https://tickets.example/acme"}
	for _, e := range eventSlugs {
		lines = append(lines, "event add "+e+" --name "+e+" --url https://tickets.example/"+e)
	}
	for n := range LinkCount {
		lines = append(lines, fmt.Sprintf("link add Promoter-%d promoter%d@example.com --code %s --no-mail", n, n, LinkCode(n)))
	}
	for _, line := range lines {
		if _, err := Command(c, line); err != nil {
			return "", err
		}
	}
	out, err := Command(c, "checkout add "+CheckoutName+" --json")
	if err != nil {
		return "", err
	}
	return textOf(out, "secret")
}
