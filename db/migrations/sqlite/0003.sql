-- What checkouts say of events has an order in time, whatever the order of arrival.

-- When the event became what it is: the timestamp of the last event.updated, or when a
-- person changed it. 0 where a person added it and no checkout has said more since.
ALTER TABLE events ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;

-- When the name was said, and by which version of an order. A name in an event.updated
-- goes before those in orders and has the highest version.
ALTER TABLE ticket_types ADD COLUMN named_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket_types ADD COLUMN named_by INTEGER NOT NULL DEFAULT 0;
