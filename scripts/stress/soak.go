package main

import (
	"context"
	"errors"
	"io"
	"time"
)

type soakOptions struct{}

func parseSoak([]string, io.Writer) (soakOptions, error)               { return soakOptions{}, nil }
func (soakOptions) run(context.Context, report) error                  { return errors.New("not yet") }
func attackAll(context.Context, report, []string, time.Duration) error { return errors.New("not yet") }
