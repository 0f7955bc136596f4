-- What is left of customers who were erased, and bodies that are kept for a while only.

-- The customer who the order belongs to for good, since they were erased: it may name the
-- person again in a later version, and nothing here can tell by now that it is the same.
-- Null for all others. digest is 16 random bytes from the erasure to the next version.
ALTER TABLE orders ADD COLUMN erased_customer_id INTEGER REFERENCES customers (id);

-- A person was erased out of the body, or the body was erased with the person.
ALTER TABLE inbox ADD COLUMN erased INTEGER NOT NULL DEFAULT 0; -- a boolean

-- The bodies that may be forgotten. One that was is empty.
CREATE INDEX inbox_bodies ON inbox (resolved_at) WHERE resolved_at IS NOT NULL AND length(body) > 0;
