package main

import (
	"fmt"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/weather"
)

// truth is what the manifest knows of a simulated file. A nil truth knows nothing.
type truth struct {
	variance float64 // irreducible
	log      weather.Settings
	from     int // the file's first row in the log
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
	t := &truth{variance: e.Truth.IrreducibleVariance, log: weather.Settings{Seed: *m.Seed, Scenario: l.Scenario,
		Station: l.Station, Step: step, Train: l.Train, Test: l.Test}}
	if e.Part == "test" {
		t.from = l.Train
	}
	return t, nil
}

// anomalous marks the anomalous ones of the rows from from to to (not included);
// it returns nil if there is none.
func (t *truth) anomalous(from, to int64) []bool {
	if t == nil {
		return nil
	}
	return t.log.Anomalous(t.from+int(from), t.from+int(to))
}

// before counts the anomalous rows of the training of this log, in slices of equal length;
// nil where it is not known.
func (t *truth) before() []int64 {
	const most, block = int(1e9), 1 << 16 // rows
	if t == nil || t.log.Train == 0 || t.log.Train > most {
		return nil
	}
	slices := make([]int64, min(48, t.log.Train))
	for from := 0; from < t.log.Train; from += block {
		for i, odd := range t.log.Anomalous(from, min(from+block, t.log.Train)) {
			if odd {
				slices[(from+i)*len(slices)/t.log.Train]++
			}
		}
	}
	return slices
}

// noiseFloor is the irreducible variance, nil where it is not known.
func (t *truth) noiseFloor() *float64 {
	if t == nil {
		return nil
	}
	return &t.variance
}
