package command

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"lastclick/model"
)

// The cells of a file that are no plain text, as JSON has them. Each takes what CSV has
// by contract (RFC 3339, true and false), and what exports once wrote: a space between day
// and time, yes and no. An error is a clause
// that stands behind the name of the column.

// timeCell reads a time: of RFC 3339, or with a space between day and time.
func timeCell(cell string) (string, error) {
	if len(cell) > 10 && cell[10] == ' ' {
		cell = cell[:10] + "T" + cell[11:]
	}
	t, err := model.ParseTime(cell)
	if err != nil {
		return "", err
	}
	return t.UTC().Format(time.RFC3339Nano), nil
}

// flagCell reads a yes or no; an empty cell is what none says.
func flagCell(cell string, none bool) (bool, error) {
	switch strings.ToLower(cell) {
	case "":
		return none, nil
	case "true", "yes":
		return true, nil
	case "false", "no":
		return false, nil
	}
	return none, errors.New("must be true or false")
}

// versionCell reads the version of an order; an empty cell is version 0, which is older
// than any that a checkout posts: such a line adds an order, and changes none.
func versionCell(cell string) (int64, error) {
	if cell == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cell, 10, 64)
	if err != nil {
		return 0, errors.New("must be a whole number")
	}
	return n, nil
}

// amountCell reads an amount in major units; nil for an empty cell.
func amountCell(cell, currency string) (*int64, error) {
	if cell == "" {
		return nil, nil
	}
	n, err := model.ParseAmount(cell, currency)
	if err != nil {
		return nil, err
	}
	return &n, nil
}
