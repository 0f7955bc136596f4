-- Clicks are counts of a link in quarters of an hour, and no longer a row each (R20).

-- The facts. A quarter is a number of 15 minutes since 1970, rounded down: -1 is the
-- last one of 1969. Bots are counted apart from clicks; visitors and qr_scans are among
-- the clicks.
CREATE TABLE click_counts (
  link_id  INTEGER NOT NULL,
  quarter  INTEGER NOT NULL,
  clicks   INTEGER NOT NULL,
  visitors INTEGER NOT NULL, -- the browser's receipt did not hold the link
  bots     INTEGER NOT NULL,
  qr_scans INTEGER NOT NULL, -- by the QR code
  PRIMARY KEY (link_id, quarter)
) STRICT, WITHOUT ROWID;

-- Clicks of the last seconds that are not in click_counts yet: a row is what one flush
-- wrote. The transaction that adds it to click_counts deletes it.
CREATE TABLE click_journal (
  id      INTEGER PRIMARY KEY,
  entries INTEGER NOT NULL, -- links by quarters in it
  counts  BLOB    NOT NULL  -- version 1, then for each of them link, quarter, clicks, visitors, bots, qr_scans in signed varints
) STRICT;

INSERT INTO click_counts (link_id, quarter, clicks, visitors, bots, qr_scans)
  SELECT link_id, quarter, sum(1 - bot), sum((1 - bot) * visitor), sum(bot), sum((1 - bot) * qr)
  FROM (SELECT link_id, (at - (at % 900000 + 900000) % 900000) / 900000 AS quarter, visitor, bot, qr FROM clicks) c
  GROUP BY link_id, quarter;
DROP TABLE clicks;

-- A sum of click_counts beside click_sums, which has those of all time: by day of UTC.
-- A day is a number since 1970-01-01, and has 96 quarters.
CREATE TABLE click_days (
  link_id  INTEGER NOT NULL,
  day      INTEGER NOT NULL,
  clicks   INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  bots     INTEGER NOT NULL,
  qr_scans INTEGER NOT NULL,
  PRIMARY KEY (link_id, day)
) STRICT, WITHOUT ROWID;
INSERT INTO click_days (link_id, day, clicks, visitors, bots, qr_scans)
  SELECT link_id, (quarter - (quarter % 96 + 96) % 96) / 96, sum(clicks), sum(visitors), sum(bots), sum(qr_scans)
  FROM click_counts GROUP BY 1, 2;

-- What a node changed of that which nodes keep in memory, for the others: n is the count
-- of moves for client_id -2 that the change made. Old rows go; a node that misses some
-- reads everything again.
CREATE TABLE cache_changes (
  n    INTEGER NOT NULL,
  kind TEXT    NOT NULL, -- client, event, link, checkout, keys
  id   INTEGER NOT NULL,
  PRIMARY KEY (n, kind, id)
) STRICT, WITHOUT ROWID;
