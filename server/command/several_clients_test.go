package command

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"lastclick/model"
)

// severalClients is a store whose admin has to name a client.
type severalClients struct {
	fakeStore
	clients int
	events  map[string]string // the client of each
}

func (s severalClients) Choose(ctx context.Context, a model.Actor, client string) (model.Actor, error) {
	if client == "" {
		return a, nil
	}
	return s.fakeStore.Choose(ctx, a, client)
}

func (s severalClients) Links(ctx context.Context, a model.Actor, archived bool) ([]model.Link, error) {
	if _, err := a.RequireClient(model.Viewer); err != nil {
		return nil, err
	}
	return s.fakeStore.Links(ctx, a, archived)
}

func (s severalClients) Clients(context.Context, model.Actor) ([]model.Client, error) {
	var all []model.Client
	for i := range s.clients {
		all = append(all, model.Client{Slug: fmt.Sprintf("client-%d", i+1)})
	}
	return all, nil
}

func (s severalClients) EventPage(slug string) (model.Page, bool) {
	client, ok := s.events[slug]
	return model.Page{Client: client}, ok
}

func runAdmin(store Store, line string) (out, errs, failed string, status int) {
	var o, e bytes.Buffer
	status = Run(context.Background(), Env{
		Store: store, Actor: model.Actor{Name: "Sam", Role: model.Admin}, Out: &o, Err: &e,
		Failed: func(reason string) { failed = reason },
	}, words(line))
	return o.String(), e.String(), failed, status
}

func TestRun_NoClientChosen_NamesThem(t *testing.T) {
	for clients, want := range map[int]string{
		0:  "or add the first with: client add",
		2:  "name one with --client SLUG, of client-1, client-2\n",
		12: "client-9, client-10 and 2 more (client list has all)\n",
	} {
		_, errs, failed, status := runAdmin(severalClients{clients: clients}, "link list")
		if status != 1 || !strings.Contains(errs, want) || failed != "invalid: client" {
			t.Errorf("%d clients: status %d, reason %q: %s", clients, status, failed, errs)
		}
	}
	_, _, failed, status := runAdmin(severalClients{}, "link list --client s3cret")
	if status != 1 || failed != "not found: client" {
		t.Errorf("status %d, reason %q", status, failed)
	}
}

func TestOrderExplain_NoClientChosen_IsInThatOfItsTickets(t *testing.T) {
	events := map[string]string{}
	o, err := fakeStore{}.ExplainOrder(t.Context(), model.Actor{}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, ticket := range o.Tickets {
		events[ticket.Event] = "acme"
	}
	out, errs, _, _ := runAdmin(severalClients{fakeStore: fakeStore{name: "Ana Diaz"}, events: events}, "order explain A-1001")
	if !strings.Contains(out, "11:00:00 BST") || !strings.Contains(out, "(ana)") {
		t.Errorf("not in the client's zone and names: %s%s", out, errs)
	}
	out, errs, _, _ = runAdmin(severalClients{events: map[string]string{}}, "order explain A-1001")
	if !strings.Contains(out, "10:00:00 UTC") {
		t.Errorf("of no known client, it is in UTC: %s%s", out, errs)
	}
}
