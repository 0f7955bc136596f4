package model

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseRate_Texts_AreReadAndWritten(t *testing.T) {
	for text, want := range map[string]string{"10%": "10%", "10": "10%", " 12.5 % ": "12.5%", "0.0001%": "0.0001%", "100%": "100%", "0": "0%", "7.50%": "7.5%", "007%": "7%"} {
		if got, err := ParseRate(text); err != nil || got.String() != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "%", "101%", "100.0001%", "-1%", "1e2", "1.00001%", "ten", "1,5%", ".5%", "5.%", "١%", "99999999999999999999%"} {
		if got, err := ParseRate(text); KindOf(err) != Invalid {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
}

// 0.1 may be meant as a part of one: it would be a hundredth of the share.
func TestParseRate_BelowOneWithoutSign_IsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"0.1": "0.1% or 10%?", " 0.125 ": "0.125% or 12.5%?", "0.9999": "0.9999% or 99.99%?", "0.0001": "0.0001% or 0.01%?", "00.5": "0.5% or 50%?",
	} {
		if got, err := ParseRate(text); KindOf(err) != Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{"0.1%": "0.1%", "0.1 %": "0.1%", "0": "0%", "0.0": "0%", "1": "1%", "1.5": "1.5%"} {
		if got, err := ParseRate(text); err != nil || got.String() != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestRate_Of_RoundsHalvesAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		rate         string
		amount, want int64
	}{
		{"10%", 4500, 450},
		{"10%", 4, 0},
		{"10%", 5, 1},
		{"10%", 14, 1},
		{"10%", 15, 2},
		{"12.5%", 4, 1},
		{"33.3333%", 100, 33},
		{"100%", 7, 7},
		{"0%", 7, 0},
		{"10%", -4, 0},
		{"10%", -5, -1},
		{"10%", -15, -2},
		{"100%", 1<<62 + 1, 1<<62 + 1},
	} {
		r, err := ParseRate(c.rate)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Of(c.amount); got != c.want {
			t.Errorf("%s of %d is %d, want %d", c.rate, c.amount, got, c.want)
		}
	}
}

func TestRate_Property_WhatIsTakenBackIsWhatWasGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rate(rapid.Int64Range(0, wholeRate).Draw(t, "rate"))
		amount := rapid.Int64Range(0, 1<<40).Draw(t, "amount")
		share := r.Of(amount)
		if share+r.Of(-amount) != 0 {
			t.Fatalf("%s of %d is %d, taken back %d", r, amount, share, r.Of(-amount))
		}
		if exact := amount * int64(r); 2*(share*wholeRate-exact) > wholeRate || 2*(exact-share*wholeRate) >= wholeRate {
			t.Fatalf("%s of %d is %d", r, amount, share)
		}
	})
}

// What is given for an order and taken back again is nothing, however it is divided.
func TestStatement_Reckon_SharesOfAnOrderAddUp(t *testing.T) {
	rate := Rate(100_000)
	s := Statement{Rate: &rate, Lines: []StatementLine{
		{Order: "A-1", Currency: "GBP", FaceValue: 15},
		{Order: "A-2", Currency: "GBP", FaceValue: 5},
		{Order: "A-1", Currency: "GBP", FaceValue: -5},
		{Order: "A-1", Currency: "GBP", FaceValue: -5},
		{Order: "A-1", Currency: "GBP", FaceValue: -5},
	}}
	wants := func(want ...int64) {
		t.Helper()
		var got []int64
		for _, l := range s.Lines {
			got = append(got, *l.Share)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the shares are %d, want %d", got, want)
		}
	}
	s.Reckon()
	wants(2, 1, -1, 0, -1)
	s.Before, s.Lines = []StatementBefore{{Order: "A-1", Currency: "GBP", FaceValue: 15}, {Order: "A-1", Currency: "EUR", FaceValue: 9}}, s.Lines[2:]
	s.Reckon()
	wants(-1, 0, -1)
	if s.Share["GBP"] != -2 {
		t.Errorf("together %v", s.Share)
	}
}

func TestStatement_Reckon_TakesPaidWhereItIsSaid(t *testing.T) {
	paid, rate := int64(4000), Rate(100_000)
	s := Statement{Base: BasePaid, Rate: &rate, Lines: []StatementLine{
		{Tickets: 1, Currency: "GBP", FaceValue: 4500, Paid: &paid}, {Tickets: 2, Currency: "GBP", FaceValue: 9005}, {Tickets: -1, Currency: "EUR", FaceValue: -4500},
	}}
	s.Reckon()
	if s.Tickets != 2 || s.Unpaid != 2 || s.Amount["GBP"] != 13005 || s.Share["GBP"] != 400+901 || s.Share["EUR"] != -450 || s.FaceValue["GBP"] != 13505 || s.Lines[1].Base != BaseFace {
		t.Errorf("%+v", s)
	}
	s.Base, s.Rate = BaseFace, nil
	s.Reckon()
	if s.Share != nil || s.Unpaid != 0 || s.Amount["GBP"] != 13505 || s.Lines[0].Share != nil {
		t.Errorf("%+v", s)
	}
}
