package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/text/unicode/norm"

	"lastclick/model"
)

// linkSheet are the columns of a file of links.
var linkSheet = sheetSpec{
	required: []string{"name", "email"},
	optional: []string{"event", "code", "source", "archived"},
}

// linkChunk is how many links share a transaction.
const linkChunk = 100

func (s *session) linkImport() *cobra.Command {
	var dry, noMail bool
	c := s.leaf(spec{
		use:   "import",
		short: "Add tracking links from a CSV file on standard input.",
		more: "The file has one line a link, its columns in any order, such as export links prints: name and email are needed; event (its slug; none tracks every event), code, source and archived may be there. Other columns are ignored. Each owner gets a welcome mail, unless --no-mail is given or the link is archived.\n\n" +
			"What is wrong with any line is reported before a link is added. Importing a file again changes nothing: a line with a code is known by its code, and one without by its name, email and event together. Links that are known are not changed: link set does that.",
		examples: []string{"link import < links.csv", "link import --no-mail --dry-run < links.csv"},
		role:     model.Member,
		as: func(ctx context.Context, a model.Actor, _ []string) error {
			client, err := a.RequireClient(model.Member)
			if err != nil {
				return err
			}
			i := &imported{session: s, action: "link import", dry: dry, now: s.Now()}
			i.report = importReport{Action: i.action, DryRun: dry}
			return i.runLinks(ctx, a, client, noMail)
		},
	})
	importFlags(c, &dry)
	c.Flags().BoolVar(&noMail, "no-mail", false, "send no welcome mails")
	return c
}

// linkFile is a file of links, as far as it was read.
type linkFile struct {
	*imported
	client  string
	noMail  bool
	codes   map[string]model.Link // of the client, before the import
	people  map[string]bool       // personOf these
	inFile  map[string]linkLine   // by code
	persons map[string]linkLine   // by personOf
	add     []linkLine            // in the order of the file
}

type linkLine struct {
	line int
	link model.NewLink // Validate has passed it
}

// personOf is what a link is known by where no code names it.
func personOf(name, email, event string) string {
	return norm.NFC.String(name) + "\x00" + strings.ToLower(email) + "\x00" + event
}

func (i *imported) runLinks(ctx context.Context, a model.Actor, client string, noMail bool) error {
	leave, err := i.enterImport()
	if err != nil {
		return err
	}
	defer leave()
	links, err := i.Store.Links(ctx, a, true)
	if err != nil {
		return err
	}
	f := &linkFile{
		imported: i, client: client, noMail: noMail, codes: map[string]model.Link{}, people: map[string]bool{},
		inFile: map[string]linkLine{}, persons: map[string]linkLine{},
	}
	for _, l := range links {
		f.codes[l.Code] = l
		f.people[personOf(l.Name, l.Email, or(l.Event, ""))] = true
	}
	known := 0
	t, err := linkSheet.read(i.In, &i.faults, func(r sheetRow) { known += f.take(r) })
	if ctx.Err() != nil { // what was read may be a part of the file
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	i.report.read(t)
	if err := i.faults.err(); err != nil {
		return i.refuse(err)
	}
	i.report.Links.Duplicate = known
	if i.dry {
		i.report.Links.Applied = len(f.add)
		return i.finish(ctx, nil)
	}
	return i.finish(ctx, f.apply(ctx, a))
}

// take checks a line. It returns 1 where the link is known already.
func (f *linkFile) take(r sheetRow) (known int) {
	before := f.faults.total
	archived, err := flagCell(r.get("archived"), false)
	if err != nil {
		f.faults.add(r.line, "archived", err.Error())
	}
	n, err := model.NewLink{Name: r.get("name"), Email: r.get("email"), Event: r.get("event"), Code: r.get("code"), Source: r.get("source"), NoMail: f.noMail, Archived: archived}.Validate()
	for _, column := range []string{"name", "email", "code", "event", "source"} {
		if wrong := model.FieldError(err, column); wrong != nil {
			msg, _ := model.PublicMessage(wrong)
			f.faults.add(r.line, column, strings.TrimPrefix(msg, column+" "))
		}
	}
	if page, ok := f.Store.EventPage(n.Event); n.Event != "" && model.FieldError(err, "event") == nil && (!ok || page.Client != f.client) {
		f.faults.add(r.line, "event", fmt.Sprintf("%q is not known: event list has them all", n.Event))
	}
	if f.faults.total > before {
		return 0
	}
	line := linkLine{r.line, n}
	if n.Code != "" {
		return f.takeCode(line)
	}
	person := personOf(n.Name, n.Email, n.Event)
	if other, ok := f.persons[person]; ok {
		f.twice(line, other)
		return 0
	}
	f.persons[person] = line
	if f.people[person] {
		return 1
	}
	f.add = append(f.add, line)
	return 0
}

// takeCode is take for a line with a code. A file of export links has a line for each
// currency that a link sold in.
func (f *linkFile) takeCode(l linkLine) (known int) {
	n := l.link
	if other, ok := f.inFile[n.Code]; ok {
		if column := differs(n, other.link); column != "" {
			f.faults.add(l.line, column, fmt.Sprintf("is not that of line %d, which has the same code", other.line))
		}
		return 0
	}
	f.inFile[n.Code] = l
	person := personOf(n.Name, n.Email, n.Event)
	if other, ok := f.persons[person]; ok && other.link.Code == "" {
		f.twice(l, other)
		return 0
	} else if !ok {
		f.persons[person] = l
	}
	have, ok := f.codes[n.Code]
	if !ok {
		if _, taken := f.Store.LinkByCode(n.Code); taken {
			f.faults.add(l.line, "code", fmt.Sprintf("%q is taken: a code is never given to a second link", n.Code))
			return 0
		}
		f.add = append(f.add, l)
		return 0
	}
	is := model.NewLink{Name: have.Name, Email: have.Email, Event: or(have.Event, ""), Source: have.Source}
	if column := differs(n, is); column != "" {
		f.faults.add(l.line, column, fmt.Sprintf("is not that of the link %s, which is there already: an import changes no link", n.Code))
		return 0
	}
	return 1
}

func (f *linkFile) twice(l, other linkLine) {
	f.faults.add(l.line, "", fmt.Sprintf("has the name, email and event of line %d: give each of the two a code", other.line))
}

// differs is the first column in which two links of one code are not the same.
func differs(a, b model.NewLink) string {
	switch {
	case norm.NFC.String(a.Name) != norm.NFC.String(b.Name):
		return "name"
	case a.Email != b.Email:
		return "email"
	case a.Event != b.Event:
		return "event"
	case a.Source != b.Source:
		return "source"
	}
	return ""
}

// apply adds the links in the order of the file.
func (f *linkFile) apply(ctx context.Context, a model.Actor) error {
	p := f.progress(len(f.add))
	defer p.clear()
	for rest := f.add; len(rest) > 0; {
		chunk := rest[:min(len(rest), linkChunk)]
		rest = rest[len(chunk):]
		list := make([]model.NewLink, len(chunk))
		for n := range chunk {
			list[n] = chunk[n].link
		}
		added, err := f.Store.AddLinks(ctx, a, list)
		if err != nil {
			return err
		}
		for n, l := range added {
			f.added(chunk[n], l)
			p.step()
		}
	}
	return nil
}

// added notes what became of a line.
func (f *linkFile) added(line linkLine, l model.AddedLink) {
	if l.Err != nil {
		f.report.Links.Refused++
		msg, _ := model.PublicMessage(l.Err)
		f.report.problem(importProblem{line.line, "", "link of " + line.link.Name, "refused", msg})
		return
	}
	f.report.Links.Applied++
	f.report.LinksAdded = append(f.report.LinksAdded, linkAdded{line.line, l.Link.Code, l.Link.ShortURL})
}
