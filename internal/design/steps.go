package design

import (
	"math"
	"time"

	"mlpipeline/internal/dataset"
)

// Steps counts the distances in time from one row of a file to the next. Those
// that differ by less than a twentieth or so are counted together. The zero
// value has seen none.
type Steps struct {
	all  int64
	like map[int]alike // by the sixteenth of an octave
}

type alike struct {
	n        int64
	shortest dataset.Time
}

// Add includes the rows of a block. before is the time of the row before them,
// where there is one.
func (s *Steps) Add(times []dataset.Time, before dataset.Time, follows bool) {
	if s.like == nil {
		s.like = map[int]alike{}
	}
	var step dataset.Time // the last one, which most are like
	same := int64(0)
	for i, t := range times {
		if i == 0 && !follows {
			before = t
			continue
		}
		if d := t - before; d != step {
			s.add(step, same)
			step, same = d, 0
		}
		same++
		before = t
	}
	s.add(step, same)
}

func (s *Steps) add(step dataset.Time, n int64) {
	if n == 0 {
		return
	}
	k := -1
	if step > 0 {
		k = int(16 * math.Log2(float64(step)))
	}
	s.include(k, alike{n, step})
}

func (s *Steps) include(k int, a alike) {
	have, ok := s.like[k]
	if ok {
		a.n, a.shortest = a.n+have.n, min(a.shortest, have.shortest)
	}
	s.like[k] = a
	s.all += a.n - have.n
}

// Merge includes what o has counted.
func (s *Steps) Merge(o Steps) {
	if s.like == nil && o.like != nil {
		s.like = map[int]alike{}
	}
	for k, a := range o.like {
		s.include(k, a)
	}
}

// Irregular returns the usual step and how many rows are not one step behind
// the row before: the same time again, or more than a seventh off. (Months and
// years are as long as each other.)
func (s *Steps) Irregular() (step time.Duration, rows int64) {
	usual := 0
	for k, a := range s.like {
		if b := s.like[usual]; a.n > b.n || a.n == b.n && k < usual {
			usual = k
		}
	}
	rows = s.all
	for k, a := range s.like {
		if usual >= 0 && k >= 0 && max(k-usual, usual-k) <= 3 {
			rows -= a.n
		}
	}
	return time.Duration(s.like[usual].shortest) * time.Microsecond, rows
}
