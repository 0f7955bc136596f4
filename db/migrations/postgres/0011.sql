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
