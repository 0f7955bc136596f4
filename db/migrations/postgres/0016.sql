-- Lists of orders are searched by what an order and its customer are, and what a filter
-- leaves is counted without reading the list. Go fills what this file makes (order_fill.go).

-- Bits: 1 the customer's first purchase, 2 of a customer who bought before, 4 a test, 8 a
-- ticket of the client is refunded.
ALTER TABLE order_lists ADD COLUMN marks BIGINT NOT NULL DEFAULT 0;

-- How many orders of the client's list of all are of each kind.
CREATE TABLE order_kind_sums (
  client_id BIGINT NOT NULL,
  kind      BIGINT NOT NULL,
  orders    BIGINT NOT NULL,
  PRIMARY KEY (client_id, kind)
);
