package db

import (
	"context"
	"database/sql"
	"fmt"

	"lastclick/model"
)

// Settings are the actor's own. The daemon, which is no person, has none.
func (s *Store) Settings(ctx context.Context, a model.Actor) (model.Settings, error) {
	return read(ctx, s, func(c *conn) (model.Settings, error) {
		set := model.Settings{}
		err := c.each(func(r *sql.Rows) error {
			var name, value string
			err := r.Scan(&name, &value)
			set[name] = value
			return err
		}, `SELECT name, value FROM settings WHERE person_id = $1`, a.Person)
		return set, err
	})
}

// SetSetting keeps a setting of the actor's own, or takes it away. It is not in the audit,
// and moves no page: it is of no one's concern but the person's. Of a theme and of keys their
// open consoles are told; the rest is kept by the console that shows it.
func (s *Store) SetSetting(ctx context.Context, a model.Actor, name, value string) error {
	value, err := model.CheckSetting(name, value)
	if err != nil {
		return err
	}
	if a.Person == 0 {
		return &model.Error{Kind: model.Denied, Msg: "settings are kept for people, and you are signed in as none"}
	}
	return s.update(ctx, func(t *tx) error {
		if name == model.SettingTheme || name == model.SettingKeys {
			t.markChanged(settings)
		}
		if value == "" {
			_, err := t.exec(`DELETE FROM settings WHERE person_id = $1 AND name = $2`, a.Person, name)
			return err
		}
		var there, others int64
		err := t.row(`SELECT (SELECT count(*) FROM people WHERE id = $1 AND removed_at IS NULL), (SELECT count(*) FROM settings WHERE person_id = $1 AND name <> $2)`, a.Person, name).
			Scan(&there, &others)
		switch {
		case err != nil:
			return err
		case there == 0: // removed since the session began
			return model.NotFoundError("person", a.Name)
		case others >= model.MaxSettings:
			return model.Invalidf("name", "a person can have %d settings: %s is one too many", model.MaxSettings, name)
		}
		if _, err = t.exec(`INSERT INTO settings (person_id, name, value) VALUES ($1, $2, $3) ON CONFLICT (person_id, name) DO UPDATE SET value = excluded.value`, a.Person, name, value); err != nil {
			return fmt.Errorf("keep the setting %s: %w", name, err)
		}
		return nil
	})
}

// forgetSettings takes away the settings of a person who is removed.
func (t *tx) forgetSettings(person int64) error {
	_, err := t.exec(`DELETE FROM settings WHERE person_id = $1`, person)
	return err
}
