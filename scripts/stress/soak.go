package main

import (
	"context"
	"errors"
	"io"
)

type soakOptions struct{}

func parseSoak([]string, io.Writer) (soakOptions, error)               { return soakOptions{}, nil }
func (soakOptions) run(context.Context, report) error                  { return errors.New("not yet") }
