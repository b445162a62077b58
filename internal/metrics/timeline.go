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
	step    step
	periods []period // that have rows, in order
}

// period is one of them. Sums are over scored rows.
type period struct {
	at                      int64 // its number, counted as step says
	rows, anomalous         int64
	actual, predicted, half float64 // Σ; half is half the width of the 95 % interval
}

// step is the length of a period.
type step int

const (
	hour step = iota
	day
	month
	quarter
	year
	decade
	century
)

var stepNames = [...]string{"hour", "day", "month", "quarter", "year", "decade", "century"}

// mostPeriods is how many periods a span may have.
const mostPeriods = 48

// hours are the hours, and the months, of longer steps.
var hours, stepMonths = [...]int64{1, 24}, [...]int64{month: 1, quarter: 3, year: 12, decade: 120, century: 1200}

// number returns that of the period of a time.
func (s step) number(t dataset.Time) int64 {
	if s < month {
		length := hours[s] * 3600e6
		n := int64(t) / length
		if int64(t)%length < 0 {
			n--
		}
		return n
	}
	at := time.UnixMicro(int64(t)).UTC()
	return (int64(at.Year())*12 + int64(at.Month()) - 1) / stepMonths[s] // the year is 0 or more
}

// start returns when a period begins.
func (s step) start(n int64) dataset.Time {
	if s < month {
		return dataset.Time(n * hours[s] * 3600e6)
	}
	return dataset.Time(time.Date(0, time.Month(1+n*stepMonths[s]), 1, 0, 0, 0, 0, time.UTC).UnixMicro())
}

// stepOf returns the shortest step of which a span has no more than mostPeriods.
func stepOf(first, last dataset.Time) step {
	for s := hour; s < century; s++ {
		if s.number(last)-s.number(first) < mostPeriods {
			return s
		}
	}
	return century
}

// Add includes the rows of a block, of which those with a target count. anomalous
// says which ones are, empty for none.
func (l *Timeline) Add(s *Sample, times []dataset.Time, anomalous []bool) {
	if len(times) == 0 {
		return
	}
	half := 0.0
	if len(s.Spread) > 0 {
		half = s.Scale.half[gateLevel]
	}
	l.step = stepOf(times[0], times[len(times)-1])
	for i := 0; i < len(times); {
		p := period{at: l.step.number(times[i])}
		until := l.step.start(p.at + 1)
		var actual, predicted, spread float64
		for ; i < len(times) && times[i] < until; i++ {
			y := s.Actual[i]
			if y != y {
				continue
			}
			p.rows++
			actual += y
			predicted += s.Predicted[i]
			if half > 0 {
				spread += s.Spread[i]
			}
			if len(anomalous) > 0 && anomalous[i] {
				p.anomalous++
			}
		}
		p.actual, p.predicted, p.half = actual, predicted, float64(half*spread)
		l.periods = append(l.periods, p)
	}
}

// Join includes the block that follows in the same file.
func (l *Timeline) Join(o *Timeline) {
	if len(o.periods) == 0 {
		return
	}
	if len(l.periods) == 0 {
		*l = Timeline{o.step, slices.Clone(o.periods)}
		return
	}
	last := o.periods[len(o.periods)-1].at
	step := max(l.step, o.step, stepOf(l.step.start(l.periods[0].at), o.step.start(last)))
	l.lengthen(step)
	o.lengthen(step)
	l.periods = together(append(l.periods, o.periods...))
}

// lengthen takes longer periods.
func (l *Timeline) lengthen(to step) {
	if to == l.step {
		return
	}
	for i := range l.periods {
		l.periods[i].at = to.number(l.step.start(l.periods[i].at))
	}
	l.step, l.periods = to, together(l.periods)
}

// together joins neighbours that are one period.
func together(periods []period) []period {
	n := 0
	for _, p := range periods[1:] {
		if q := &periods[n]; q.at != p.at {
			n++
			periods[n] = p
		} else {
			q.rows, q.anomalous = q.rows+p.rows, q.anomalous+p.anomalous
			q.actual, q.predicted, q.half = q.actual+p.actual, q.predicted+p.predicted, q.half+p.half
		}
	}
	return periods[:n+1]
}

// Series are the means of a file's periods that have scored rows, to six digits.
type Series struct {
	Step      string    `json:"step"`   // hour, day, month, quarter, year, decade or century
	Start     string    `json:"start"`  // when the first one begins
	Period    []int64   `json:"period"` // steps from there
	Rows      []int64   `json:"rows"`
	Anomalous []int64   `json:"anomalous"` // of these rows
	Actual    []float64 `json:"actual"`
	Predicted []float64 `json:"predicted"`
	Half      []float64 `json:"half"` // half the width of the 95 % intervals; 0 where there are none
}

// Series finishes the sums, nil without time or rows.
func (l *Timeline) Series() *Series {
	var s *Series
	var first int64
	for _, p := range l.periods {
		if p.rows == 0 {
			continue
		}
		if s == nil {
			first = p.at
			s = &Series{Step: stepNames[l.step], Start: l.step.start(first).String()}
		}
		n := float64(p.rows)
		s.Period, s.Rows = append(s.Period, p.at-first), append(s.Rows, p.rows)
		s.Anomalous = append(s.Anomalous, p.anomalous)
		s.Actual, s.Predicted = append(s.Actual, Round(p.actual/n, 6)), append(s.Predicted, Round(p.predicted/n, 6))
		s.Half = append(s.Half, Round(p.half/n, 6))
	}
	return s
}

// Name returns what a period is called.
func (s *Series) Name(period int64) string {
	at, err := dataset.ParseTime(s.Start)
	k := slices.Index(stepNames[:], s.Step)
	if err != nil || k < 0 {
		return ""
	}
	length := step(k)
	t := time.UnixMicro(int64(length.start(length.number(at) + period))).UTC()
	switch length {
	case hour:
		return t.Format("2006-01-02 15:04")
	case day:
		return t.Format(time.DateOnly)
	case month:
		return t.Format("2006-01")
	case quarter:
		return t.Format("2006-Q") + strconv.Itoa(1+int(t.Month()-1)/3)
	}
	return t.Format("2006")
}

// Round rounds a number to so many digits.
func Round(v float64, digits int) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	return v + 0 // no −0
}
