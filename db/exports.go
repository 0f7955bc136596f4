package db

import (
	"context"
	"time"

	"lastclick/model"
)

const (
	exportTimeout = 10 * time.Minute // how long an export may hold its snapshot, and with it the WAL file
	exportsAtOnce = 3                // of the readers, which the pages need too
)

// exportTime is the clock on the wall, as spreadsheets read it, with its distance to
// UTC: in autumn an hour comes twice.
const exportTime = "2006-01-02 15:04:05-07:00"

// exporting is one export that runs.
type exporting struct {
	*conn
	client model.Client
	loc    *time.Location
	row    func(cells []string) error
}

// Export calls row with the header and then with each row of what: links, orders or
// tickets of the client. It reads one snapshot in constant memory. An error of row
// ends it, and is returned as it is; so does the end of ctx. Times are those of the
// clock on the wall in the client's timezone, which the header names.
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
	var refused error
	_, err = snapshot(ctx, s, exportTimeout, func(c *conn) (struct{}, error) {
		cl, err := c.client(slug)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, export(exporting{c, cl, cl.Location(), func(cells []string) error {
			refused = row(cells)
			return refused
		}})
	})
	if refused != nil {
		return refused
	}
	return err
}

// at is a time as it is exported.
func (x exporting) at(ms int64) string { return fromMillis(ms).In(x.loc).Format(exportTime) }

// timed is the title of a column of times.
func (x exporting) timed(name string) string { return name + " (" + x.client.Timezone + ")" }

func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// orEmpty is an optional text; none is an empty cell.
func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
