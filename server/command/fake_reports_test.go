package command

import (
	"context"

	"lastclick/model"
)

func (s fakeStore) Statement(_ context.Context, _ model.Actor, q model.StatementQuery) (model.Statement, error) {
	q, rate, err := q.Validate()
	if err != nil || s.err != nil {
		return model.Statement{}, s.err
	}
	st := model.Statement{
		Link: "ana", Name: s.name, Client: "acme", From: q.From, To: q.To, Timezone: "Europe/London", Rule: model.LastClick, Window: model.DefaultWindow, Base: q.Base, Rate: rate, Final: !s.cut, DrawnAt: noon,
	}
	paid := int64(8100)
	if !s.bare {
		st.Lines = []model.StatementLine{
			{At: noon, Kind: model.LineSale, Checkout: "shop", Order: "A-1001", Event: "summerfest", Type: "ga", Tickets: 2, Currency: "GBP", FaceValue: 9000, Paid: &paid},
			{At: noon.AddDate(0, 0, 2), Kind: model.LineRefund, Checkout: "shop", Order: "A-0977", Event: "summerfest", Type: s.name, Tickets: -1, Currency: "GBP", FaceValue: -4505},
			{At: noon.AddDate(0, 0, 3), Kind: model.LineSale, Checkout: "shop", Order: "A-1002", Event: "summerfest", Type: "ga", Tickets: 1, Currency: "EUR", FaceValue: 5000},
		}
	}
	st.Reckon()
	return st, nil
}

func (s fakeStore) mailed() model.Report {
	event := "summerfest"
	return model.Report{Email: "venue@example.com", Every: model.EveryDay, Event: &event, NextAt: noon, CreatedAt: noon}
}

func (s fakeStore) AddReport(context.Context, model.Actor, model.NewReport) (model.Report, error) {
	return s.mailed(), s.err
}

func (s fakeStore) Reports(context.Context, model.Actor) ([]model.Report, error) {
	if s.bare {
		return []model.Report{}, s.err
	}
	return []model.Report{{Email: "boss@example.com", Every: model.EveryWeek, NextAt: noon, CreatedAt: noon}, s.mailed()}, s.err
}

func (s fakeStore) RemoveReport(context.Context, model.Actor, string, string) ([]model.Report, error) {
	return []model.Report{s.mailed()}, s.err
}
