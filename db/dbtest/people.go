package dbtest

import (
	"strings"

	"lastclick/model"
)

func key(n string) model.Key {
	return model.Key{Fingerprint: "SHA256:" + n, Public: "ssh-ed25519 AAAA" + n, Comment: n + "@laptop"}
}

// person adds a person to acme, or an admin.
func (w *World) person(name string, role model.Role) model.Person {
	w.Helper()
	p, err := w.Store.AddPerson(w.Ctx, w.Admin, model.NewPerson{Name: name, Role: role, Key: key(name)})
	w.Must(err)
	return p
}

var peopleTests = []test{
	{"who a key belongs to", func(w *World) {
		p := w.person("mia", model.Member)
		a, err := w.Store.Identify(w.Ctx, "SHA256:mia")
		w.Must(err)
		want := model.Actor{Person: p.ID, Name: "mia", Role: model.Member, Client: "acme", Key: "SHA256:mia"}
		if a != want {
			w.Errorf("%+v, want %+v", a, want)
		}
		people, err := w.Store.People(w.Ctx, As("acme"))
		w.Must(err)
		if len(people) != 1 || people[0].LastSeen == nil || people[0].Keys[0].LastSeen == nil {
			w.Errorf("the visit was not noted: %s", asJSON(people))
		}
		_, err = w.Store.Identify(w.Ctx, "SHA256:nobody")
		w.wantKind(err, model.NotFound)
	}},
	{"who a certificate's principals name", func(w *World) {
		w.AddClient("zenith")
		add := func(client, name string, role model.Role) int64 {
			a := w.Admin
			a.Client = client
			p, err := w.Store.AddPerson(w.Ctx, a, model.NewPerson{Name: name, Role: role, Key: key(client + name)})
			w.Must(err)
			return p.ID
		}
		mia, kim := add("acme", "Mia Díaz", model.Owner), add("acme", "kim", model.Member)
		add("acme", "lee", model.Viewer)
		add("zenith", "kim", model.Owner)
		slashed := add("zenith", "acme/lee", model.Viewer)
		root := add("", "root", model.Admin)
		add("acme", "root", model.Viewer)
		// Who has no key signs in by certificate alone.
		bare, err := w.Store.AddPerson(w.Ctx, As("acme"), model.NewPerson{Name: "ivy", NoKey: true})
		w.Must(err)
		_, err = w.Store.AddPerson(w.Ctx, As("acme"), model.NewPerson{Name: "una"})
		w.wantKind(err, model.Invalid)
		_, err = w.Store.AddPerson(w.Ctx, As("acme"), model.NewPerson{Name: "una", Key: key("una"), NoKey: true})
		w.wantKind(err, model.Invalid)
		w.Must(w.Store.RemovePerson(w.Ctx, As("acme"), "lee"))
		again, err := w.Store.AddPerson(w.Ctx, As("acme"), model.NewPerson{Name: "lee", Key: key("lee again")})
		w.Must(err)
		for _, c := range []struct {
			principals string
			person     int64
			kind       model.Kind
		}{
			{"Mia Díaz", mia, 0},
			{"ivy", bare.ID, 0},
			{"mia di\u0301az", mia, 0}, // one spelling of the name is as good as another
			{"deploy,acme/MIA DÍAZ,ubuntu", mia, 0},
			{"mia díaz,acme/mia díaz", mia, 0},
			{"acme/kim", kim, 0},
			{"kim", 0, model.Conflict},
			{"kim,acme/kim", 0, model.Conflict}, // never a guess
			{"mia díaz,acme/kim", 0, model.Conflict},
			{"root", 0, model.Conflict},
			{"admin/root", root, 0},
			{"acme/root,admin/root", 0, model.Conflict},
			{"acme/lee", again.ID, 0}, // not by the name of another client's person
			{"zenith/acme/lee", slashed, 0},
			{"admin/kim", 0, model.NotFound},
			{"/kim", 0, model.NotFound},
			{"acme/", 0, model.NotFound},
			{"zenith/mia díaz", 0, model.NotFound},
			{"mia", 0, model.NotFound},
			{"%", 0, model.NotFound},
			{"mia díaz\x00,\xff", 0, model.NotFound},
			{"", 0, model.NotFound},
		} {
			a, err := w.Store.IdentifyPrincipals(w.Ctx, strings.Split(c.principals, ","))
			if c.person == 0 {
				w.wantKind(err, c.kind)
			} else if err != nil || a.Person != c.person {
				w.Errorf("%q: %+v %v, want person %d", c.principals, a, err, c.person)
			}
			if err == nil && a.Person == mia && a != (model.Actor{Person: mia, Name: "Mia Díaz", Role: model.Owner, Client: "acme"}) {
				w.Errorf("%+v", a)
			}
		}
		people, err := w.Store.People(w.Ctx, As("acme"))
		w.Must(err)
		if people[2].Name != "lee" || people[2].LastSeen == nil || people[2].Keys[0].LastSeen != nil {
			w.Errorf("the visit was not noted: %s", asJSON(people))
		}
	}},
	{"the first admins", func(w *World) {
		if has, err := w.Store.HasAdmin(w.Ctx); err != nil || has {
			w.Errorf("an admin already: %v %v", has, err)
		}
		admins := func() []model.NewPerson {
			return []model.NewPerson{{Name: "root", Key: key("r1")}, {Name: "root", Key: key("r2")}, {Name: "ops", Key: key("o1")}}
		}
		added, err := w.Store.EnsureAdmins(w.Ctx, admins())
		w.Must(err)
		if len(added) != 3 {
			w.Errorf("%d keys are new, want 3", len(added))
		}
		if has, err := w.Store.HasAdmin(w.Ctx); err != nil || !has {
			w.Errorf("no admin: %v %v", has, err)
		}
		if added, err = w.Store.EnsureAdmins(w.Ctx, admins()); err != nil || len(added) != 0 {
			w.Errorf("once more: %v %v", added, err)
		}
		a, err := w.Store.Identify(w.Ctx, "SHA256:r2")
		w.Must(err)
		if a.Role != model.Admin || a.Client != "" || a.Name != "root" {
			w.Errorf("%+v", a)
		}
		w.person("mia", model.Owner)
		if added, err = w.Store.EnsureAdmins(w.Ctx, []model.NewPerson{{Name: "mia", Key: key("mia")}}); err != nil || len(added) != 0 {
			w.Errorf("a key that is known stays whose it is: %v %v", added, err)
		}
		if a, err = w.Store.Identify(w.Ctx, "SHA256:mia"); err != nil || a.Role != model.Owner {
			w.Errorf("%+v %v", a, err)
		}
	}},
	{"names and keys are unique among the living", func(w *World) {
		w.person("Mia", model.Member)
		w.person("olga", model.Owner)
		_, err := w.Store.AddPerson(w.Ctx, As("acme"), model.NewPerson{Name: "mIA", Key: key("other")})
		w.wantKind(err, model.Conflict)
		_, err = w.Store.AddPerson(w.Ctx, As("acme"), model.NewPerson{Name: "max", Key: key("Mia")})
		w.wantKind(err, model.Conflict)
		_, err = w.Store.AddKey(w.Ctx, As("acme"), "olga", key("Mia"))
		w.wantKind(err, model.Conflict)
		_, err = w.Store.AddPerson(w.Ctx, As("acme"), model.NewPerson{Name: "max"})
		w.wantKind(err, model.Invalid)
		w.AddClient("zenith")
		_, err = w.Store.AddPerson(w.Ctx, As("zenith"), model.NewPerson{Name: "Mia", Key: key("z")})
		w.Must(err) // another client's Mia
		w.Must(w.Store.RemovePerson(w.Ctx, As("acme"), "MIA"))
		_, err = w.Store.Identify(w.Ctx, "SHA256:Mia")
		w.wantKind(err, model.NotFound)
		w.person("Mia", model.Viewer) // the name and the key are free again
	}},
	{"keys come and go", func(w *World) {
		w.person("olga", model.Owner)
		_, err := w.Store.AddKey(w.Ctx, As("acme"), "olga", key("second"))
		w.Must(err)
		keys, err := w.Store.Keys(w.Ctx, As("acme"))
		w.Must(err)
		if len(keys) != 2 || keys[1].Fingerprint != "SHA256:second" || keys[1].Person != "olga" || keys[1].Comment != "second@laptop" {
			w.Errorf("keys %s", asJSON(keys))
		}
		a, err := w.Store.Identify(w.Ctx, "SHA256:second")
		w.Must(err)
		if _, err = w.Store.AddKey(w.Ctx, a, "", key("third")); err != nil {
			w.Errorf("one's own key: %v", err)
		}
		w.Must(w.Store.RemoveKey(w.Ctx, As("acme"), "SHA256:olga"))
		w.Must(w.Store.RemoveKey(w.Ctx, As("acme"), "SHA256:third"))
		_, err = w.Store.Identify(w.Ctx, "SHA256:olga")
		w.wantKind(err, model.NotFound)
		w.wantKind(w.Store.RemoveKey(w.Ctx, As("acme"), "SHA256:second"), model.Conflict) // the last owner's last
		w.wantKind(w.Store.RemoveKey(w.Ctx, As("acme"), "SHA256:olga"), model.NotFound)
	}},
	{"the last owner and the last admin stay", func(w *World) {
		w.person("olga", model.Owner)
		w.person("mia", model.Member)
		w.wantKind(w.Store.RemovePerson(w.Ctx, As("acme"), "olga"), model.Conflict)
		w.Must(w.Store.RemovePerson(w.Ctx, As("acme"), "mia"))
		w.person("otto", model.Owner)
		w.Must(w.Store.RemovePerson(w.Ctx, As("acme"), "olga"))
		root := w.person("root", model.Admin)
		if root.Client != nil {
			w.Errorf("an admin has no client: %s", asJSON(root))
		}
		w.wantKind(w.Store.RemovePerson(w.Ctx, w.Admin, "root"), model.Conflict)
		w.wantKind(w.Store.RemoveKey(w.Ctx, w.Admin, "SHA256:root"), model.Conflict)
		w.person("ops", model.Admin)
		w.Must(w.Store.RemovePerson(w.Ctx, w.Admin, "root"))
	}},
	{"roles change, and the last owner's does not", func(w *World) {
		w.person("olga", model.Owner)
		w.person("mia", model.Member)
		w.person("root", model.Admin)
		role := func(name string, r model.Role, want model.Kind) {
			w.Helper()
			p, err := w.Store.SetRole(w.Ctx, As("acme"), name, r)
			if want != 0 {
				w.wantKind(err, want)
				return
			}
			w.Must(err)
			a, err := w.Store.Identify(w.Ctx, "SHA256:"+strings.ToLower(name))
			w.Must(err)
			if p.Role != r || a.Role != r || a.Client != "acme" {
				w.Errorf("%s has the role %s, and signs in as %+v", name, p.Role, a)
			}
		}
		role("olga", model.Member, model.Conflict)
		_, refused := w.Store.SetRole(w.Ctx, As("acme"), "olga", model.Member)
		if text, _ := model.PublicMessage(refused); !strings.Contains(text, "olga is the last owner with a key") {
			w.Errorf("the last owner's role is refused with %q", text)
		}
		refused = w.Store.RemoveKey(w.Ctx, As("acme"), "SHA256:olga")
		if text, _ := model.PublicMessage(refused); !strings.Contains(text, "this is the last owner's last key") {
			w.Errorf("the last owner's key is refused with %q", text)
		}
		role("mia", model.Admin, model.Invalid)
		role("mia", "boss", model.Invalid)
		role("none", model.Viewer, model.NotFound)
		role("MIA", model.Member, 0) // as it is
		role("mia", model.Owner, 0)
		role("olga", model.Viewer, 0)
		role("mia", model.Viewer, model.Conflict)
		_, err := w.Store.SetRole(w.Ctx, w.Admin, "root", model.Owner)
		w.wantKind(err, model.Conflict)
		w.AddClient("zenith")
		_, err = w.Store.SetRole(w.Ctx, As("zenith"), "olga", model.Owner)
		w.wantKind(err, model.NotFound)
		entries, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{})
		w.Must(err)
		if e := entries.Items[0]; e.Action != "promoter set" || e.Object != "olga" || e.Before == nil || e.After == nil || *e.Before == *e.After {
			w.Errorf("the audit has %s", asJSON(e))
		}
	}},
	{"another client's people are not found", func(w *World) {
		w.person("mia", model.Owner)
		w.person("root", model.Admin)
		w.AddClient("zenith")
		w.wantKind(w.Store.RemovePerson(w.Ctx, As("zenith"), "mia"), model.NotFound)
		w.wantKind(w.Store.RemovePerson(w.Ctx, As("zenith"), "root"), model.NotFound)
		w.wantKind(w.Store.RemoveKey(w.Ctx, As("zenith"), "SHA256:mia"), model.NotFound)
		_, err := w.Store.AddKey(w.Ctx, As("zenith"), "mia", key("new"))
		w.wantKind(err, model.NotFound)
		people, err := w.Store.People(w.Ctx, As("zenith"))
		w.Must(err)
		if len(people) != 0 {
			w.Errorf("people %s", asJSON(people))
		}
		people, err = w.Store.People(w.Ctx, model.Actor{Role: model.Admin})
		w.Must(err)
		if len(people) != 2 {
			w.Errorf("an admin without a client sees all people: %s", asJSON(people))
		}
	}},
	{"a name is kept composed", func(w *World) {
		w.person("Zoe\u0308", model.Owner)
		people, err := w.Store.People(w.Ctx, As("acme"))
		w.Must(err)
		if people[0].Name != "Zo\u00eb" {
			w.Errorf("name %q", people[0].Name)
		}
		_, err = w.Store.AddKey(w.Ctx, As("acme"), "ZOE\u0308", key("more"))
		w.Must(err)
		_, err = w.Store.AddPerson(w.Ctx, As("acme"), model.NewPerson{Name: strings.Repeat("x", model.MaxName+1), Key: key("long")})
		w.wantKind(err, model.Invalid)
	}},
}
