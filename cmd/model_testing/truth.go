package main

import (
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/weather"
)

// truth is what the manifest knows of a simulated file. The ranges of anomalous
// rows are drawn again as blocks ask for them, so that a long file takes no more
// memory than a short one. A nil truth knows of none.
type truth struct {
	variance float64 // irreducible

	mu     sync.Mutex
	all    iter.Seq[[2]int64]
	next   func() ([2]int64, bool) // nil until the first is asked for
	stop   func()
	ranges [][2]int64 // drawn and not yet forgotten, in order
}

// newTruth returns what is known of an entry, nil if nothing is.
func newTruth(e *dataset.Entry, m *dataset.Manifest) (*truth, error) {
	if e == nil || e.Truth == nil || m.Seed == nil {
		return nil, nil
	}
	l := e.Truth.Log
	step, err := time.ParseDuration(l.Step)
	if err != nil || step <= 0 || l.Train < 0 || l.Test < 0 || weather.Find(l.Scenario) == nil {
		return nil, fmt.Errorf("the manifest knows it as a log of scenario %q at steps of %q, of which this "+
			"program knows nothing; run data_creation again", l.Scenario, l.Step)
	}
	set := &weather.Settings{Seed: *m.Seed, Scenario: l.Scenario, Station: l.Station, Step: step, Train: l.Train,
		Test: l.Test}
	from, to := 0, l.Train
	if e.Part == "test" {
		from, to = l.Train, l.Train+l.Test
	}
	return &truth{variance: e.Truth.IrreducibleVariance, all: set.Anomalous(from, to)}, nil
}

// anomalous returns the ranges that rows from to to (not included) are part of.
func (t *truth) anomalous(from, to int64) [][2]int64 {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		t.next, t.stop = iter.Pull(t.all)
	}
	for n := len(t.ranges); n == 0 || t.ranges[n-1][0] < to; n++ {
		r, more := t.next()
		if !more {
			break
		}
		t.ranges = append(t.ranges, r)
	}
	var within [][2]int64
	for _, r := range t.ranges {
		if r[1] >= from && r[0] < to {
			within = append(within, r)
		}
	}
	return within
}

// noiseFloor is the irreducible variance, nil where it is not known.
func (t *truth) noiseFloor() *float64 {
	if t == nil {
		return nil
	}
	return &t.variance
}

// forget drops the ranges that end before a row: nobody will ask for it again.
func (t *truth) forget(row int64) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ranges = slices.DeleteFunc(t.ranges, func(r [2]int64) bool { return r[1] < row })
}

// close ends the drawing. It may be called again.
func (t *truth) close() {
	if t != nil && t.stop != nil {
		t.stop()
	}
}
