-- What people have set for themselves.

-- The console's theme, keys, columns and the like, by the names of model.CheckSetting. They
-- go with the person.
CREATE TABLE settings (
  person_id BIGINT           NOT NULL REFERENCES people (id),
  name      TEXT COLLATE "C" NOT NULL,
  value     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (person_id, name)
);
