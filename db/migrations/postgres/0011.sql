-- Certificates by ACME, for all nodes.

-- What autocert keeps: the account's key, certificates with their keys, and answers to
-- challenges, which the authority may ask any node for. With SQLite there is one node, which
-- keeps them in files: a backup of the database holds none.
CREATE TABLE acme_items (
  name TEXT COLLATE "C" PRIMARY KEY,
  item BYTEA NOT NULL
);

-- Consent (R26).

-- How the clicks on a client's links are proved: cookie, url, consent.
ALTER TABLE clients ADD COLUMN tracking TEXT COLLATE "C" NOT NULL DEFAULT 'cookie';

-- Whether the customer consented to tracking, as the newest version says: 0 it does not
-- say, 1 yes, 2 no. The tickets of that version that would be no_click are no_consent
-- where it is 2.
ALTER TABLE orders ADD COLUMN consent BIGINT NOT NULL DEFAULT 0;

-- What is left of customers who were erased, and bodies that are kept for a while only.

-- The customer who the order belongs to for good, since they were erased: it may name the
-- person again in a later version, and nothing here can tell by now that it is the same.
-- Null for all others. digest is 16 random bytes from the erasure to the next version.
ALTER TABLE orders ADD COLUMN erased_customer_id BIGINT;

-- A person was erased out of the body, or the body was erased with the person.
ALTER TABLE inbox ADD COLUMN erased BIGINT NOT NULL DEFAULT 0; -- a boolean

-- The bodies that may be forgotten. One that was is empty.
CREATE INDEX inbox_bodies ON inbox (resolved_at) WHERE resolved_at IS NOT NULL AND length(body) > 0;
