package shop

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"lastclick/model"
)

// pretixShop reads what belongs to an order, each thing once in a fetch.
type pretixShop struct {
	api      *api
	event    string // the path of the event, ending with /
	items    map[int64]pretixItem
	dates    map[int64]pretixDate
	vouchers map[int64]string
}

// pretixText is a text in several languages, as pretix has them: {"en": "…"}.
type pretixText map[string]string

// UnmarshalJSON takes the languages as far as they are strings. A name is no reason to
// refuse an order.
func (t *pretixText) UnmarshalJSON(b []byte) error {
	var languages map[string]any
	_ = json.Unmarshal(b, &languages)
	*t = pretixText{}
	for language, v := range languages {
		if s, ok := v.(string); ok {
			(*t)[language] = s
		}
	}
	return nil
}

// String is the English one, else that of the first language.
func (t pretixText) String() string {
	if s := t["en"]; s != "" {
		return s
	}
	languages := make([]string, 0, len(t))
	for l := range t {
		languages = append(languages, l)
	}
	slices.Sort(languages)
	for _, l := range languages {
		if t[l] != "" {
			return t[l]
		}
	}
	return ""
}

type pretixItem struct {
	Name       pretixText `json:"name"`
	Price      text       `json:"default_price"`
	Variations []struct {
		ID    int64      `json:"id"`
		Name  pretixText `json:"value"`
		Price text       `json:"price"`
		Own   text       `json:"default_price"`
	} `json:"variations"`
}

// name is the item's, with that of the variation behind it.
func (item pretixItem) name(variation int64) string {
	name := item.Name.String()
	for _, v := range item.Variations {
		if v.ID == variation && v.Name.String() != "" {
			name += " – " + v.Name.String()
		}
	}
	return model.Truncate(name, model.MaxName)
}

type pretixDate struct {
	Items []struct {
		Item  int64 `json:"item"`
		Price text  `json:"price"`
	} `json:"item_price_overrides"`
	Variations []struct {
		Variation int64 `json:"variation"`
		Price     text  `json:"price"`
	} `json:"variation_price_overrides"`
}

// currency is that of the event; orders do not name theirs.
func (s *pretixShop) currency(ctx context.Context) (string, error) {
	var event struct {
		Currency string `json:"currency"`
	}
	err := s.api.get(ctx, s.event, &event)
	return event.Currency, err
}

// item reads an item. One that was deleted is an item without a name and a price.
func (s *pretixShop) item(ctx context.Context, id int64) (item pretixItem, err error) {
	item, known := s.items[id]
	if known {
		return item, nil
	}
	if err := s.api.get(ctx, s.event+"items/"+number(id)+"/", &item); err != nil && !optional(err) {
		return item, err
	}
	if s.items == nil {
		s.items = make(map[int64]pretixItem)
	}
	s.items[id] = item
	return item, nil
}

// listPrice is what the position costs without a voucher and discounts now, empty where
// it is not known: the price of its date, of its variation or of its item.
func (s *pretixShop) listPrice(ctx context.Context, p pretixPosition, item pretixItem) (text, error) {
	price := item.Price
	for _, v := range item.Variations {
		if v.ID == p.Variation {
			price = cmp.Or(v.Price, v.Own, price)
		}
	}
	if p.Subevent == 0 {
		return price, nil
	}
	date, err := s.date(ctx, p.Subevent)
	if err != nil {
		return "", err
	}
	for _, o := range date.Items {
		if o.Item == p.Item && p.Variation == 0 {
			price = cmp.Or(o.Price, price)
		}
	}
	for _, o := range date.Variations {
		if o.Variation == p.Variation && p.Variation != 0 {
			price = cmp.Or(o.Price, price)
		}
	}
	return price, nil
}

// date reads a date of a series.
func (s *pretixShop) date(ctx context.Context, id int64) (date pretixDate, err error) {
	date, known := s.dates[id]
	if known {
		return date, nil
	}
	if err := s.api.get(ctx, s.event+"subevents/"+number(id)+"/", &date); err != nil && !optional(err) {
		return date, err
	}
	if s.dates == nil {
		s.dates = make(map[int64]pretixDate)
	}
	s.dates[id] = date
	return date, nil
}

// voucher is a voucher's code, empty where it was deleted or the token may not read it.
func (s *pretixShop) voucher(ctx context.Context, id int64) (string, error) {
	if code, known := s.vouchers[id]; known {
		return code, nil
	}
	var voucher struct {
		Code string `json:"code"`
	}
	if err := s.api.get(ctx, s.event+"vouchers/"+number(id)+"/", &voucher); err != nil && !optional(err) {
		return "", err
	}
	if s.vouchers == nil {
		s.vouchers = make(map[int64]string)
	}
	s.vouchers[id] = voucher.Code
	return voucher.Code, nil
}
