package dbtest

import (
	"context"
	"fmt"
	"maps"

	"lastclick/model"
)

// signedIn adds a person and returns who they are once they have signed in.
func (w *World) signedIn(name string, role model.Role) model.Actor {
	w.Helper()
	w.person(name, role)
	a, err := w.Store.Identify(w.Ctx, "SHA256:"+name)
	w.Must(err)
	return a
}

// wantSettings fails unless the actor has these settings.
func (w *World) wantSettings(a model.Actor, want model.Settings) {
	w.Helper()
	got, err := w.Store.Settings(w.Ctx, a)
	w.Must(err)
	if !maps.Equal(got, want) {
		w.Errorf("%s has the settings %v, want %v", a.Name, got, want)
	}
}

var settingTests = []test{
	{"kept for the person alone", func(w *World) {
		mia, kim := w.signedIn("mia", model.Viewer), w.signedIn("kim", model.Owner)
		root := w.signedIn("root", model.Admin)
		w.wantSettings(mia, nil)
		set := func(a model.Actor, name, value string) { w.Must(w.Store.SetSetting(w.Ctx, a, name, value)) }
		set(mia, model.SettingTheme, "dark")
		set(mia, model.SettingTheme, " Light ")
		set(mia, model.SettingKeys, "down=n  new=N up=i")
		set(mia, "sort.links", "Face Value down")
		set(kim, model.SettingTheme, "mono")
		root.Client = "acme"
		set(root, model.SettingMouse, "on")
		w.wantSettings(mia, model.Settings{"theme": "light", "keys": "up=i down=n new=N", "sort.links": "Face Value down"})
		w.wantSettings(kim, model.Settings{"theme": "mono"})
		root.Client = "" // the same person, whichever client they look at
		w.wantSettings(root, model.Settings{"mouse": "on"})
		set(mia, "sort.links", "")
		set(mia, "sort.orders", "") // there is none
		w.wantSettings(mia, model.Settings{"theme": "light", "keys": "up=i down=n new=N"})
	}},
	{"what is refused", func(w *World) {
		mia := w.signedIn("mia", model.Viewer)
		w.wantKind(w.Store.SetSetting(w.Ctx, mia, "colour", "red"), model.NotFound)
		w.wantKind(w.Store.SetSetting(w.Ctx, mia, model.SettingTheme, "pink"), model.Invalid)
		w.wantKind(w.Store.SetSetting(w.Ctx, mia, model.SettingKeys, "up=ctrl+c"), model.Invalid)
		w.wantKind(w.Store.SetSetting(w.Ctx, mia, model.SettingKeys, "up=e"), model.Conflict)
		w.wantKind(w.Store.SetSetting(w.Ctx, model.Actor{Role: model.Admin}, model.SettingTheme, "dark"), model.Denied)
		w.wantSettings(model.Actor{Role: model.Admin}, nil)
		w.wantSettings(mia, nil)
		for i := range model.MaxSettings {
			w.Must(w.Store.SetSetting(w.Ctx, mia, fmt.Sprintf("sort.list-%c%c", 'a'+i%26, 'a'+i/26), "Name up"))
		}
		w.wantKind(w.Store.SetSetting(w.Ctx, mia, model.SettingTheme, "dark"), model.Invalid)
		w.Must(w.Store.SetSetting(w.Ctx, mia, "sort.list-aa", "Name down"))
	}},
	{"consoles are told of themes and keys alone", func(w *World) {
		ctx, cancel := context.WithCancel(w.Ctx)
		defer cancel()
		mia := w.signedIn("mia", model.Viewer)
		moved, acme, all := w.Store.Watch(ctx, model.WatchSettings), w.Store.Watch(ctx, "acme"), w.Store.Watch(ctx, "")
		w.Must(w.Store.SetSetting(w.Ctx, mia, "sort.links", "Orders up"))
		w.quiet(moved)
		w.Must(w.Store.SetSetting(w.Ctx, mia, model.SettingTheme, "dark"))
		w.signalled(moved)
		w.Must(w.Store.SetSetting(w.Ctx, mia, model.SettingKeys, "up=i"))
		w.signalled(moved)
		w.Must(w.Store.SetSetting(w.Ctx, mia, model.SettingKeys, ""))
		w.signalled(moved)
		w.quiet(acme)
		w.quiet(all)
		w.AddLink("acme", "amy", "")
		w.quiet(moved)
	}},
	{"they go with the person", func(w *World) {
		mia := w.signedIn("mia", model.Viewer)
		w.Must(w.Store.SetSetting(w.Ctx, mia, model.SettingTheme, "dark"))
		w.Must(w.Store.RemovePerson(w.Ctx, As("acme"), "mia"))
		w.wantSettings(mia, nil)
		w.wantKind(w.Store.SetSetting(w.Ctx, mia, model.SettingTheme, "dark"), model.NotFound) // a session that was open
		w.wantSettings(mia, nil)
	}},
}
