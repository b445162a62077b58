package importer

import "mlpipeline/internal/table"

// span is what is known of some numbers.
type span struct {
	N        int64
	Min, Max float64
	First    int64 // line of the first in the file
}

func (s *span) add(v float64, line int64) {
	if s.N == 0 {
		*s = span{1, v, v, line}
		return
	}
	s.N++
	if v < s.Min {
		s.Min = v
	} else if v > s.Max {
		s.Max = v
	}
}

func (s *span) merge(o span) {
	switch {
	case o.N == 0:
	case s.N == 0:
		*s = o
	default:
		*s = span{s.N + o.N, min(s.Min, o.Min), max(s.Max, o.Max), min(s.First, o.First)}
	}
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
		*e = example{table.Clip(string(cell)), line}
	}
}

func (e *example) merge(o example) {
	if e.Line == 0 || o.Line > 0 && o.Line < e.Line {
		*e = o
	}
}
