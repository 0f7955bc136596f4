-- What shops sell beside tickets.

-- What a shop calls an event, or what is none: tickets for that are left out of its orders.
-- So no id is an event's and ignored at once.
CREATE TABLE shop_events_10 (
  checkout_id INTEGER NOT NULL REFERENCES checkouts (id),
  shop_id     TEXT    NOT NULL,
  event_id    INTEGER REFERENCES events (id), -- null: it is no event, and ignored
  PRIMARY KEY (checkout_id, shop_id)
) STRICT, WITHOUT ROWID;
INSERT INTO shop_events_10 (checkout_id, shop_id, event_id) SELECT checkout_id, shop_id, event_id FROM shop_events;
DROP TABLE shop_events;
ALTER TABLE shop_events_10 RENAME TO shop_events;
CREATE INDEX shop_events_event ON shop_events (event_id);
