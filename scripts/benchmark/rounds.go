package main

import (
	"fmt"
	"slices"

	"lastclick/scripts/benchmark/measure"
)

// side is one of those that are compared.
type side struct {
	name    string
	measure func() (measure.Sample, error)
}

// samples are what the sides did in one round, by name.
type samples map[string]measure.Sample

// rounds measures all sides in each round, in the opposite order in every other one,
// and hands over what they did.
func (e *env) rounds(sides []side, done func(samples)) error {
	order := slices.Clone(sides)
	for range e.options.rounds {
		m := samples{}
		for _, s := range order {
			sample, err := s.measure()
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			m[s.name] = sample
		}
		for _, s := range sides {
			e.report.AddSide(e.row, s.name, m[s.name])
		}
		done(m)
		slices.Reverse(order)
	}
	return nil
}
