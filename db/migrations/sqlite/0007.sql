-- Shops that cannot read the cookie: click tokens in a page's address, and further codes
-- of links (R23, R24).

-- The parameter of the page's address that takes a click token, by its name; empty for
-- none. An event without one has its client's.
ALTER TABLE clients ADD COLUMN carry TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN carry TEXT NOT NULL DEFAULT '';

-- Further codes of links. One that was removed keeps its row, so that it is never given to
-- another link; nor is a code of links ever an alias, or the other way round.
CREATE TABLE aliases (
  alias      TEXT    PRIMARY KEY, -- in lower case
  link_id    INTEGER NOT NULL REFERENCES links (id),
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_link ON aliases (link_id, alias);

ALTER TABLE orders ADD COLUMN click INTEGER NOT NULL DEFAULT 0;     -- of its tokens: 0 none came, 1 one that verifies and belongs to it, 2 only ones that do not verify, 3 one that belongs to another customer
ALTER TABLE orders ADD COLUMN click_token BLOB;                     -- the first that verified; null for none
ALTER TABLE orders ADD COLUMN coupon TEXT NOT NULL DEFAULT '';      -- the first that came; empty for none
ALTER TABLE orders ADD COLUMN channel TEXT NOT NULL DEFAULT '';     -- as the checkout says: online, box_office
ALTER TABLE tickets ADD COLUMN paid INTEGER;                        -- minor units; null where the checkout does not say
-- From here on tickets.judged_receipt has bits: 1 where the order's touches were looked
-- at, 2 where its click token was.

-- Whom a click token belongs to (R23): the customer of the first order that was accepted
-- with it and is no test, without one that order.
CREATE TABLE click_tokens (
  token       BLOB    PRIMARY KEY,
  link_id     INTEGER NOT NULL, -- what it says
  at          INTEGER NOT NULL,
  order_id    INTEGER NOT NULL, -- the first order
  customer_id INTEGER           -- null while none is known
) STRICT, WITHOUT ROWID;

-- A sum: the orders with a live ticket of the link's client that came with a token of the
-- link which belongs to another customer.
CREATE TABLE shared_addresses (
  link_id INTEGER PRIMARY KEY,
  orders  INTEGER NOT NULL
) STRICT;
