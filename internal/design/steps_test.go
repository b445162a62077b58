package design

import (
	"math/rand/v2"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
)

// Rows that are not one step after the row before are counted, the same in
// whatever blocks they come; months and years are steps like others.
func TestSteps(t *testing.T) {
	start := time.Date(2019, 1, 31, 0, 0, 0, 0, time.UTC)
	every := func(n int, at func(i int) time.Time) (times []dataset.Time) {
		for i := range n {
			times = append(times, dataset.Time(at(i).UnixMicro()))
		}
		return times
	}
	hour := func(i int) time.Time { return start.Add(time.Duration(i) * time.Hour) }
	for _, c := range []struct {
		name  string
		times []dataset.Time
		step  time.Duration
		rows  int64
	}{
		{"hours", every(1000, hour), time.Hour, 0},
		{"a gap", every(1000, func(i int) time.Time { return hour(i + i/500) }), time.Hour, 1},
		{"each time twice", every(1000, func(i int) time.Time { return hour(i / 2) }), 0, 999},
		{"one time twice", every(1000, func(i int) time.Time { return hour(i - i/500) }), time.Hour, 1},
		{"months", every(300, func(i int) time.Time { return start.AddDate(0, i, 1-31) }), 31 * 24 * time.Hour, 0},
		{"years", every(50, func(i int) time.Time { return start.AddDate(i, 0, 0) }), 365 * 24 * time.Hour, 0},
		{"late by seconds", every(1000, func(i int) time.Time { return hour(i).Add(time.Duration(i%7) * time.Second) }),
			time.Hour - 6*time.Second, 0},
		{"days and half days", every(30, func(i int) time.Time { return hour(24*i - i/20*12*(i-19)) }), 24 * time.Hour,
			10},
		{"working days", every(52*5, func(i int) time.Time { return start.AddDate(0, 0, i+i/5*2) }), 24 * time.Hour,
			51},
		{"one row", every(1, hour), 0, 0},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		for range 10 {
			var all Steps
			for from := 0; from < len(c.times); {
				to := min(len(c.times), from+r.IntN(len(c.times))+1)
				var s Steps
				before := dataset.NoTime
				if from > 0 {
					before = c.times[from-1]
				}
				s.Add(c.times[from:to], before, from > 0)
				all.Merge(s)
				from = to
			}
			if step, rows := all.Irregular(); rows != c.rows || step.Round(time.Second) != c.step {
				t.Fatalf("%s: %d rows are not at a step of %v; want %d and %v", c.name, rows, step, c.rows, c.step)
			}
		}
	}
}
