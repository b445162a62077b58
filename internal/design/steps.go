package design

import (
	"time"

	"mlpipeline/internal/dataset"
)

// Steps counts the distances in time from one row of a file to the next. Those
// that differ by less than a twentieth or so are counted together. The zero
// value has seen none.
type Steps struct {
	like map[int]alike // by the sixteenth of an octave; −1 is no step at all
}

type alike struct {
	n        int64
	shortest dataset.Time
}

// Add includes the rows of a block. before is the time of the row before them,
// where there is one.
func (s *Steps) Add(times []dataset.Time, before dataset.Time, follows bool) {
	if !follows && len(times) > 0 {
		before, times = times[0], times[1:]
	}
	for len(times) > 0 {
		step, n := times[0]-before, 1
		for n < len(times) && times[n]-times[n-1] == step {
			n++
		}
		k := -1
		if step > 0 {
			k = octave(step)
		}
		s.include(k, alike{int64(n), step})
		before, times = times[n-1], times[n:]
	}
}

// Merge includes what o has counted.
func (s *Steps) Merge(o Steps) {
	for k, a := range o.like {
		s.include(k, a)
	}
}

func (s *Steps) include(k int, a alike) {
	if s.like == nil {
		s.like = map[int]alike{}
	}
	if have, ok := s.like[k]; ok {
		a = alike{a.n + have.n, min(a.shortest, have.shortest)}
	}
	s.like[k] = a
}

// Irregular returns the usual step and how many rows are not one step after
// the row before: the same time again, or more than a seventh off. (Months and
// years are as long as each other.)
func (s *Steps) Irregular() (step time.Duration, rows int64) {
	usual := 0
	for k, a := range s.like {
		if b := s.like[usual]; a.n > b.n || a.n == b.n && k < usual {
			usual = k
		}
	}
	for k, a := range s.like {
		if usual < 0 || k < 0 || !near(k, usual) {
			rows += a.n
		}
	}
	return time.Duration(s.like[usual].shortest) * time.Microsecond, rows
}
