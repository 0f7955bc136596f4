-- What people have set for themselves.

-- The console's theme, keys, columns and the like, by the names of model.CheckSetting. They
-- go with the person.
CREATE TABLE settings (
  person_id INTEGER NOT NULL REFERENCES people (id),
  name      TEXT    NOT NULL,
  value     TEXT    NOT NULL,
  PRIMARY KEY (person_id, name)
) STRICT;
