package db

import (
	"context"
	"errors"
	"time"

	"lastclick/model"
)

const (
	exportTimeout = 10 * time.Minute // how long an export may hold its snapshot, and with it the WAL file
	exportsAtOnce = 3                // of the readers, which the pages need too
)

// exporting is one export that runs.
type exporting struct {
	*conn
	client model.Client
	row    func(cells []string) error
}

// Export calls row with the header and then with each row of what: links, orders or
// tickets of the client. It reads one snapshot in constant memory. An error of row
// ends it, and is returned as it is; so does the end of ctx. Names, times and flags are
// those of the JSON; amounts are in major units, with their currency beside them.
func (s *Store) Export(ctx context.Context, a model.Actor, what string, row func(cells []string) error) error {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return err
	}
	export := map[string]func(exporting) error{"links": exporting.links, "orders": exporting.orders, "tickets": exporting.tickets}[what]
	if export == nil {
		return model.Invalidf("what", "%q cannot be exported: name links, orders or tickets", model.Truncate(model.Clean(what), 40))
	}
	defer s.exports.Add(-1)
	if s.exports.Add(1) > exportsAtOnce {
		return &model.Error{Kind: model.Busy, Msg: "too many exports are running", Hint: "try again when one has ended"}
	}
	s.awaitClicks(ctx)
	out := &exportedRows{row: row}
	asOf, err := s.exportFrom(ctx, slug, func(c *conn) error {
		cl, err := c.client(slug)
		if err != nil {
			return err
		}
		if err := out.begin(); err != nil {
			return err
		}
		if err = export(exporting{c, cl, out.add}); out.refused != nil {
			return nil // the database has not failed
		}
		return err
	})
	s.noteAge(ctx, asOf)
	if err == nil {
		err = out.end()
	}
	if out.refused != nil {
		return out.refused
	}
	return err
}

// exportFrom runs do in one snapshot, where that may be one of the replica. Where the
// replica ends the first, do is run once more, on the primary.
func (s *Store) exportFrom(ctx context.Context, slug string, do func(c *conn) error) (asOf time.Time, err error) {
	client, _ := s.cache.Load().clientID(slug)
	if s.replica != nil && s.now().UnixMilli() < s.replica.exportsAfter.Load() {
		client = 0
	}
	_, asOf, err = readListed(ctx, s, client, exportTimeout, func(c *conn) (none struct{}, err error) { return none, do(c) })
	if errors.Is(err, errExportCut) {
		s.replica.exportsAfter.Store(s.now().Add(exportsRest).UnixMilli())
	}
	return asOf, err
}

// exportedRows hand rows on. The header waits for the first row behind it, so that an
// export which fails before that can begin again.
type exportedRows struct {
	row     func(cells []string) error
	header  []string
	sent    bool  // rows are out
	refused error // by row, which ends the export
}

func (o *exportedRows) begin() error {
	o.header = nil
	if o.sent {
		return errExportCut // other rows would follow those of another snapshot
	}
	return nil
}

func (o *exportedRows) add(cells []string) error {
	if o.header == nil {
		o.header = cells
		return nil
	}
	if err := o.end(); err != nil {
		return err
	}
	o.refused = o.row(cells)
	return o.refused
}

// end hands the header on that still waits.
func (o *exportedRows) end() error {
	if !o.sent {
		o.sent = true
		o.refused = o.row(o.header)
	}
	return o.refused
}

// errExportCut: a standby ends what reads for longer than it may hold up replay
// (max_standby_streaming_delay, 30 s by default), unless hot_standby_feedback is on.
var errExportCut = &model.Error{Kind: model.Busy, Msg: "the replica ended the export: what was printed is a part of it", Hint: "export again, which reads the primary for the next ten minutes"}

// exportTime is a time as it is exported: as in JSON, so that an order which is imported
// from it has the same one.
func exportTime(ms int64) string { return fromMillis(ms).UTC().Format(time.RFC3339Nano) }

// orEmpty is an optional text; none is an empty cell.
func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
