-- Lists of orders that are sorted and searched here. Go fills what this file makes
-- (order_kinds.go).

-- What lists are sorted by, and the order's kind; the same in each list of the client.
ALTER TABLE order_lists ADD COLUMN tickets BIGINT NOT NULL DEFAULT 0;    -- the client's live ones
ALTER TABLE order_lists ADD COLUMN face_value BIGINT NOT NULL DEFAULT 0; -- theirs
ALTER TABLE order_lists ADD COLUMN currency TEXT COLLATE "C" NOT NULL DEFAULT '';     -- empty without a live ticket
ALTER TABLE order_lists ADD COLUMN code TEXT COLLATE "C" NOT NULL DEFAULT '';         -- of the first link that is credited, by the tickets' ids; empty for none
ALTER TABLE order_lists ADD COLUMN kind BIGINT NOT NULL DEFAULT 0;

-- What the listed tickets of orders of one kind are, each once: what a search looks in
-- instead of the tickets. The number of a kind is made of its rows. Kinds that no order
-- has any more stay.
CREATE TABLE order_kinds (
  client_id BIGINT NOT NULL,
  kind      BIGINT NOT NULL,
  event_id  BIGINT NOT NULL,
  type      TEXT COLLATE "C" NOT NULL,
  link_id   BIGINT NOT NULL, -- 0 for none
  reason    TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (client_id, kind, event_id, type, link_id, reason)
);
