package metrics

import (
	"slices"
	"strconv"
	"time"

	"mlpipeline/internal/dataset"
)

// Timeline are sums over the periods of one file's time, as fine as its span allows:
// the memory does not grow with the rows. Its zero value has seen no row.
type Timeline struct {
	Step    Step
	Periods []Period // that have rows, in order; when the file is at its end, scored ones
}

// Period is one of them.
type Period struct {
	At                      int64   // its number, as its Step says
	Rows, Anomalous         int64   `range:"0,1e12"` // scored, and those of them that are known to follow other laws
	Actual, Predicted, Half float64 // Σ; of half the widths of the 95 % intervals, too
}

// Merge includes the rows of o.
func (p *Period) Merge(o Period) {
	p.Rows += o.Rows
	p.Anomalous += o.Anomalous
	p.Actual += o.Actual
	p.Predicted += o.Predicted
	p.Half += o.Half
}

// Step is the length of a period, one of steps.
type Step int

// steps are the lengths: so many hours, or months.
var steps = [...]struct {
	name          string
	hours, months int64
	layout        string // of the time at which a period begins
}{
	{"hour", 1, 0, "2006-01-02 15:04"}, {"day", 24, 0, time.DateOnly}, {"month", 0, 1, "2006-01"}, {"quarter", 0, 3, "2006-Q"},
	{"year", 0, 12, "2006"}, {"decade", 0, 120, "2006"}, {"century", 0, 1200, "2006"},
}

const (
	quarter Step = 3
	century      = Step(len(steps) - 1)
)

// String is its name.
func (s Step) String() string { return steps[s].name }

// mostPeriods is how many periods a span may have.
const mostPeriods = 48

// number returns that of the period of a time.
func (s Step) number(t dataset.Time) int64 {
	if length := steps[s].hours * 3600e6; length > 0 {
		n := int64(t) / length
		if int64(t)%length < 0 {
			n--
		}
		return n
	}
	at := time.UnixMicro(int64(t)).UTC()
	return (int64(at.Year())*12 + int64(at.Month()) - 1) / steps[s].months // the year is 0 or more
}

// Start returns when a period begins.
func (s Step) Start(n int64) dataset.Time {
	if hours := steps[s].hours; hours > 0 {
		return dataset.Time(n * hours * 3600e6)
	}
	return dataset.Time(time.Date(0, time.Month(1+n*steps[s].months), 1, 0, 0, 0, 0, time.UTC).UnixMicro())
}

// atLeast returns the shortest step, not below s, of which a span has no more than
// mostPeriods.
func (s Step) atLeast(first, last dataset.Time) Step {
	for s < century && s.number(last)-s.number(first) >= mostPeriods {
		s++
	}
	return s
}

// Add includes the rows of a block, of which those with a target count. anomalous
// says which ones are, empty for none.
func (l *Timeline) Add(s *Sample, times []dataset.Time, anomalous []bool) {
	if len(times) == 0 {
		return
	}
	half := 0.0
	if len(s.Spread) > 0 {
		half = s.Scale.half[nominal95]
	}
	l.Step = Step(0).atLeast(times[0], times[len(times)-1])
	for i := 0; i < len(times); {
		p := Period{At: l.Step.number(times[i])}
		until := l.Step.Start(p.At + 1)
		var actual, predicted, spread float64
		for ; i < len(times) && times[i] < until; i++ {
			y := s.Actual[i]
			if y != y {
				continue
			}
			p.Rows++
			actual += y
			predicted += s.Predicted[i]
			if half > 0 {
				spread += s.Spread[i]
			}
			if len(anomalous) > 0 && anomalous[i] {
				p.Anomalous++
			}
		}
		p.Actual, p.Predicted, p.Half = actual, predicted, float64(half*spread)
		l.Periods = append(l.Periods, p)
	}
}

// Join includes the block that follows in the same file.
func (l *Timeline) Join(o *Timeline) {
	if len(o.Periods) == 0 {
		return
	}
	all := []*Timeline{l, o}
	if len(l.Periods) == 0 {
		all = all[1:]
	}
	first := all[0].Step.Start(all[0].Periods[0].At)
	last := o.Step.Start(o.Periods[len(o.Periods)-1].At)
	joined := Timeline{Step: max(l.Step, o.Step).atLeast(first, last)}
	for _, from := range all {
		for _, p := range from.Periods {
			p.At = joined.Step.number(from.Step.Start(p.At))
			if n := len(joined.Periods); n > 0 && joined.Periods[n-1].At == p.At {
				joined.Periods[n-1].Merge(p)
			} else {
				joined.Periods = append(joined.Periods, p)
			}
		}
	}
	*l = joined
}

// finish drops the periods without a scored row.
func (l *Timeline) finish() {
	l.Periods = slices.DeleteFunc(l.Periods, func(p Period) bool { return p.Rows == 0 })
}

// Name returns what a period is called.
func (s Step) Name(period int64) string {
	t := time.UnixMicro(int64(s.Start(period))).UTC()
	name := t.Format(steps[s].layout)
	if s == quarter {
		name += strconv.Itoa(1 + int(t.Month()-1)/3)
	}
	return name
}
