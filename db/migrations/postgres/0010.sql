-- What shops sell beside tickets.

-- What a shop calls an event, or what is none: tickets for that are left out of its orders.
-- So no id is an event's and ignored at once. Null: it is no event, and ignored.
ALTER TABLE shop_events ALTER COLUMN event_id DROP NOT NULL;
