package main

import (
	"math"
	"time"

	"lastclick/model"
)

// demoClient is a client of the demo: what it sells, and by which links.
type demoClient struct {
	model.NewClient
	checkout string
	currency string
	orderID  string  // what its order numbers begin with
	direct   float64 // orders a day that no link led to
	popular  int     // its share of the visits while the demo runs
	events   []demoEvent
	links    []demoLink
}

type demoEvent struct {
	slug, name string
	starts     func(now time.Time) time.Time // now is in the client's timezone
	popular    int                           // among direct orders
	types      []demoType
}

type demoType struct {
	id, name  string
	faceValue int64 // minor units
	weight    int   // how often it is chosen
}

type demoLink struct {
	model.NewLink
	visits  func(demoDay) float64 // a day, on average
	buys    float64               // share of the visits that end in an order
	since   float64               // days ago that it was made
	until   float64               // days ago that it was archived; 0: it was not
	qr      float64               // share of the visits that come by its QR code
	aliases []string
}

// demoDay is a day of the history.
type demoDay struct {
	ago     float64 // days before now
	weekday time.Weekday
}

// historyDays is how far back the demo's sales go.
const historyDays = 42

// Sales follow the week: Fridays are strong, Mondays weak.
var demoSeason = [...]float64{time.Sunday: .85, time.Monday: .72, time.Tuesday: .8, time.Wednesday: .92, time.Thursday: 1.12, time.Friday: 1.42, time.Saturday: 1.17}

// Visits by the hour of the day, in the client's timezone.
var demoHours = [24]int{2, 1, 1, 0, 0, 1, 2, 4, 6, 7, 8, 9, 12, 11, 8, 8, 9, 11, 13, 15, 16, 14, 9, 5}

// The shapes of a link's visits over time.

func steady(visits float64) func(demoDay) float64 {
	return func(d demoDay) float64 { return visits * demoSeason[d.weekday] }
}

// growing goes from one number of visits to another over the whole time.
func growing(from, to float64) func(demoDay) float64 {
	return func(d demoDay) float64 { return (to + (from-to)*d.ago/historyDays) * demoSeason[d.weekday] }
}

// posts are a base and, after each post, a peak that fades within days.
func posts(base, peak float64, ago ...float64) func(demoDay) float64 {
	return func(d demoDay) float64 {
		visits := base * demoSeason[d.weekday]
		for _, at := range ago {
			if after := at - d.ago; after >= 0 {
				visits += peak * math.Exp(-after/1.4)
			}
		}
		return visits
	}
}

// issues are sent on one day of the week; most read them on that day and the next.
func issues(on time.Weekday, visits float64) func(demoDay) float64 {
	return func(d demoDay) float64 {
		switch (d.weekday - on + 7) % 7 {
		case 0:
			return visits
		case 1:
			return visits * .4
		}
		return visits * .08
	}
}

// campaign is bought in flights, each from one day ago to another.
func campaign(visits float64, flights ...[2]float64) func(demoDay) float64 {
	return func(d demoDay) float64 {
		for _, f := range flights {
			if d.ago <= f[0] && d.ago > f[1] {
				return visits
			}
		}
		return 0
	}
}

// towards grows up to a day, and ends there.
func towards(ago, last, visits float64) func(demoDay) float64 {
	return func(d demoDay) float64 {
		if left := d.ago - ago; left >= 0 {
			return (last + visits*math.Exp(-left/6)) * demoSeason[d.weekday]
		}
		return .4
	}
}

// on is the first such weekday from the given number of days away on, which may be in the past.
func on(weekday time.Weekday, days, hour, minute int) func(time.Time) time.Time {
	return func(now time.Time) time.Time {
		day := now.AddDate(0, 0, days)
		day = day.AddDate(0, 0, int((weekday-day.Weekday()+7)%7))
		return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, now.Location())
	}
}

// soon is the next full hour: the doors are open.
func soon(now time.Time) time.Time { return now.Truncate(time.Hour).Add(time.Hour) }

// northside is the client that the console shows first.
var northside = &demoClients[0]

var demoClients = [...]demoClient{
	{
		NewClient: model.NewClient{Slug: "northside", Name: "Northside Live", Timezone: "Europe/London"},
		checkout:  "boxoffice", currency: "GBP", orderID: "A", direct: 8, popular: 7,
		events: []demoEvent{
			{"summerfest", "Summer Fest", on(time.Saturday, 200, 14, 0), 4, []demoType{{"ga", "General Admission", 4500, 6}, {"vip", "VIP", 12000, 1}, {"early", "Early Bird", 3500, 3}}},
			{"winter-social", "Winter Social", on(time.Saturday, 17, 20, 0), 3, []demoType{{"ga", "General Admission", 1800, 1}}},
			{"jazz-weekender", "Jazz Weekender", soon, 3, []demoType{{"day", "Day Ticket", 2200, 5}, {"table", "Table Seat", 3800, 2}}},
			{"comedy-cellar", "Comedy Cellar", on(time.Friday, -13, 19, 30), 3, []demoType{{"ga", "General Admission", 1500, 6}, {"guest", "Guest List", 0, 1}}},
		},
		links: []demoLink{
			{NewLink: model.NewLink{Name: "Ana Diaz", Email: "ana@example.com", Event: "summerfest", Code: "ana"}, visits: posts(12, 90, 30, 16, 4.5), buys: .16, since: 42, aliases: []string{"ana10"}},
			{NewLink: model.NewLink{Name: "Ben Okafor", Email: "ben@example.com", Event: "summerfest", Code: "ben"}, visits: growing(6, 26), buys: .18, since: 42, aliases: []string{"benji"}},
			{NewLink: model.NewLink{Name: "Thursday Newsletter", Email: "news@example.com", Code: "newsletter", Source: "email", NoMail: true}, visits: issues(time.Thursday, 95), buys: .2, since: 42},
			{NewLink: model.NewLink{Name: "Buy Tickets Button", Email: "web@example.com", Code: "site-button", Source: "referral", NoMail: true}, visits: steady(34), buys: .22, since: 42},
			{NewLink: model.NewLink{Name: "Google Ads, Summer", Email: "ads@example.com", Event: "summerfest", Code: "ads-summer", Source: "cpc", NoMail: true}, visits: campaign(46, [2]float64{31, 18}, [2]float64{8, -1}), buys: .09, since: 31},
			{NewLink: model.NewLink{Name: "Camden Posters", Email: "print@example.com", Code: "poster", Source: "display", NoMail: true}, visits: growing(7, 14), buys: .14, since: 36, qr: .85},
			{NewLink: model.NewLink{Name: "Zoë Lindqvist", Email: "zoe@example.com", Event: "jazz-weekender", Code: "zoe"}, visits: towards(0, 3, 34), buys: .2, since: 24},
			{NewLink: model.NewLink{Name: "The Blue Room", Email: "door@example.com", Event: "jazz-weekender", Code: "blueroom", Source: "referral", NoMail: true}, visits: growing(4, 13), buys: .24, since: 41},
			{NewLink: model.NewLink{Name: "李小龍 Fan Club", Email: "fans@example.com", Event: "comedy-cellar", Code: "fans", Source: "social", NoMail: true}, visits: towards(11, 8, 40), buys: .21, since: 42},
			{NewLink: model.NewLink{Name: "Instagram Bio", Email: "social@example.com", Code: "ig-bio", Source: "social", NoMail: true}, visits: steady(13), buys: .1, since: 40},
			{NewLink: model.NewLink{Name: "Mia Chen", Email: "mia@example.com", Event: "summerfest", Code: "mia"}, visits: posts(6, 44, 1.6), buys: .15, since: 2},
			{NewLink: model.NewLink{Name: "Flyer Test", Email: "print@example.com", Code: "flyer", Source: "display", NoMail: true}, visits: steady(11), buys: .07, since: 42, until: 27, qr: .9},
		},
	},
	{
		NewClient: model.NewClient{Slug: "harbour", Name: "Harbour Hall", Timezone: "Europe/Berlin", Rule: "in-scope", Window: "14d"},
		checkout:  "harbour-shop", currency: "EUR", orderID: "HH", direct: 2.5, popular: 2,
		events: []demoEvent{
			{"winter-gala", "Winter Gala", on(time.Friday, 11, 19, 0), 3, []demoType{{"stalls", "Stalls", 6400, 3}, {"balcony", "Balcony", 3900, 4}}},
			{"organ-sunday", "Organ Sunday", on(time.Sunday, -20, 17, 0), 2, []demoType{{"free", "Free Entry", 0, 3}, {"reserved", "Reserved Seat", 1200, 4}}},
		},
		links: []demoLink{
			{NewLink: model.NewLink{Name: "City Magazine", Email: "city@example.com", Code: "citymag", Source: "display", NoMail: true}, visits: issues(time.Wednesday, 48), buys: .17, since: 42},
			{NewLink: model.NewLink{Name: "Jürgen Möller", Email: "juergen@example.com", Event: "winter-gala", Code: "juergen", NoMail: true}, visits: growing(3, 19), buys: .21, since: 38},
			{NewLink: model.NewLink{Name: "Choir Friends", Email: "choir@example.com", Event: "organ-sunday", Code: "choir", Source: "email", NoMail: true}, visits: towards(17, 4, 30), buys: .26, since: 42},
		},
	},
	{
		NewClient: model.NewClient{Slug: "lantern", Name: "Paper Lantern Theatre", Timezone: "America/New_York"},
		checkout:  "lantern", currency: "USD", orderID: "PL", direct: 1.5, popular: 1,
		events: []demoEvent{
			{"paper-moon", "Paper Moon", on(time.Thursday, 5, 20, 0), 1, []demoType{{"full", "Full Price", 4800, 4}, {"student", "Student", 2400, 2}}},
		},
		links: []demoLink{
			{NewLink: model.NewLink{Name: "Stage Door Podcast", Email: "pod@example.com", Code: "podcast", NoMail: true}, visits: posts(4, 38, 33, 19, 5), buys: .14, since: 42},
			{NewLink: model.NewLink{Name: "Campus Reps", Email: "campus@example.com", Event: "paper-moon", Code: "campus", NoMail: true}, visits: growing(2, 15), buys: .2, since: 35},
		},
	},
}

// demoPeople are the team of the first client. The first of them is whose key the demo
// offers for a second terminal.
var demoPeople = []demoPerson{
	{model.NewPerson{Name: "Bea Ford", Email: "bea@example.com", Role: model.Owner}, .15},
	{model.NewPerson{Name: "Kim Osei", Email: "kim@example.com", Role: model.Member}, 1.3},
	{model.NewPerson{Name: "Tom Reyes", Email: "tom@example.com", Role: model.Viewer}, 12},
}

type demoPerson struct {
	model.NewPerson
	seen float64 // days ago that the key was last used
}
