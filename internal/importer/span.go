package importer

import (
	"math"
	"strconv"
	"strings"

	"mlpipeline/internal/csv"
)

// span is what is known of some numbers.
type span struct {
	N     int64
	First int64 // line of the first in the file
	low   end
	high  end // of the numbers' negatives
}

// end is the least of some numbers, how many are equal to it, and the next.
type end struct {
	Value float64
	N     int64
	Next  float64
}

func (s *span) Min() float64 { return s.low.Value }
func (s *span) Max() float64 { return -s.high.Value }

func (s *span) add(v float64, line int64) {
	if s.N > 0 && v > s.low.Next && -v > s.high.Next {
		s.N++
		return
	}
	s.merge(span{1, line, end{v, 1, math.Inf(1)}, end{-v, 1, math.Inf(1)}})
}

func (s *span) merge(o span) {
	switch {
	case o.N == 0:
	case s.N == 0:
		*s = o
	default:
		s.N, s.First = s.N+o.N, min(s.First, o.First)
		s.low.merge(o.low)
		s.high.merge(o.high)
	}
}

func (e *end) merge(o end) {
	switch {
	case o.Value < e.Value:
		*e = end{o.Value, o.N, min(o.Next, e.Value)}
	case o.Value > e.Value:
		e.Next = min(e.Next, o.Value)
	default:
		e.N, e.Next = e.N+o.N, min(e.Next, o.Next)
	}
}

// apart reports whether the end is repeated, and farther from all other numbers, three
// at least, than these, which go to the other end, are from each other.
func (e *end) apart(other end) bool {
	return e.N > 1 && -other.Next > e.Next && e.Next-e.Value > -other.Value-e.Next
}

// strays returns repeated numbers that lie apart from all others and may mean a missing
// one: below 0, or above the others and all nines.
func (s *span) strays() (strays []end) {
	if s.low.apart(s.high) && s.Min() < 0 {
		strays = append(strays, s.low)
	}
	if nines := strings.Trim(strconv.FormatFloat(s.Max(), 'f', -1, 64), "9."); s.high.apart(s.low) && nines == "" {
		strays = append(strays, end{Value: s.Max(), N: s.high.N})
	}
	return strays
}

// width is how many digits numbers have.
type width struct{ Least, Most int }

func (w *width) add(digits int) {
	if w.Most == 0 || digits < w.Least {
		w.Least = digits
	}
	w.Most = max(w.Most, digits)
}

func (w *width) merge(o width) {
	if o.Most > 0 {
		w.add(o.Least)
		w.add(o.Most)
	}
}

// example is a cell and its line, the first of its kind.
type example struct {
	Cell string
	Line int64
}

func (e *example) see(cell []byte, line int64) {
	if e.Line == 0 {
		*e = example{csv.Clip(string(cell)), line}
	}
}

func (e *example) merge(o example) {
	if e.Line == 0 || o.Line > 0 && o.Line < e.Line {
		*e = o
	}
}

// span is that of the numbers with the format's decimal sign.
func (c *Column) span(f *format) span {
	all, own := c.numbers[whole], point
	if f.comma {
		own = comma
	}
	all.merge(c.numbers[own])
	return all
}
