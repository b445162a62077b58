package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
)

// The means of periods are what their name says, in the shortest periods of which there
// are not too many, in whatever blocks the rows come.
func TestTimeline(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for want, c := range map[string]struct {
		rows   int
		every  time.Duration
		layout string
	}{
		"hour":    {40, 37 * time.Minute, "2006-01-02 15:04"},
		"day":     {300, 3 * time.Hour, "2006-01-02"},
		"month":   {365, 24 * time.Hour, "2006-01"},
		"quarter": {1600, 24 * time.Hour, ""},
		"year":    {500, 30 * 24 * time.Hour, "2006"},
		"decade":  {150, 1000 * 24 * time.Hour, ""},
		"century": {200, 3000 * 24 * time.Hour, ""},
	} {
		s := &Sample{Scale: NewScale(2, 40, 10, 3)}
		var times []dataset.Time
		var anomalous []bool
		at := time.Date(1969, 12, 30, 23, 10, 0, 0, time.UTC)
		for i := range c.rows {
			y := 10 + r.NormFloat64()
			if i > 0 && r.IntN(7) == 0 {
				y = math.NaN()
			}
			s.Actual, s.Predicted = append(s.Actual, y), append(s.Predicted, 10+r.NormFloat64())
			s.Spread = append(s.Spread, 2+r.Float64())
			anomalous = append(anomalous, r.IntN(5) == 0)
			times = append(times, dataset.Time(at.UnixMicro()))
			at = at.Add(c.every)
		}
		for _, most := range []int{c.rows, 1, 7, 100} {
			var l Timeline
			for from := 0; from < c.rows; {
				to := min(c.rows, from+1+r.IntN(most))
				part := &Sample{Actual: s.Actual[from:to], Predicted: s.Predicted[from:to], Spread: s.Spread[from:to],
					Scale: s.Scale}
				var block Timeline
				block.Add(part, times[from:to], anomalous[from:to])
				l.Join(&block)
				from = to
			}
			if l.finish(); l.Step.String() != want || len(l.Periods) > mostPeriods {
				t.Fatalf("%s: %d periods of one %s", want, len(l.Periods), l.Step)
			}
			if c.layout != "" {
				checkPeriods(t, &l, s, times, anomalous, c.layout)
			}
		}
	}
	// A block that begins at the end of a month, before one of a longer step.
	var l Timeline
	for _, days := range [][2]int{{31, 31}, {32, 89}} {
		s := &Sample{Scale: NewScale(0, 0, 0, 1)}
		var times []dataset.Time
		for day := days[0]; day <= days[1]; day++ {
			s.Actual, s.Predicted = append(s.Actual, 1), append(s.Predicted, 1)
			times = append(times, dataset.Time(time.Date(2023, 1, day, 0, 0, 0, 0, time.UTC).UnixMicro()))
		}
		var block Timeline
		block.Add(s, times, nil)
		l.Join(&block)
	}
	if l.Step.String() != "month" || len(l.Periods) != 3 || l.Periods[0].Rows != 1 || l.Periods[1].Rows != 28 || l.Periods[2].Rows != 30 {
		t.Errorf("%+v", l)
	}
	if got := quarter.Name(2020*4 + 7); got != "2021-Q4" {
		t.Error(got)
	}
}

// checkPeriods compares with means by the names of the periods.
func checkPeriods(t *testing.T, got *Timeline, s *Sample, times []dataset.Time, anomalous []bool, layout string) {
	t.Helper()
	rows, odd, sums := map[string]int64{}, map[string]int64{}, map[string][3]float64{}
	for i, y := range s.Actual {
		when := time.UnixMicro(int64(times[i])).UTC()
		if layout == "2006-01-02 15:04" {
			when = when.Truncate(time.Hour)
		}
		name := when.Format(layout)
		if y != y {
			continue
		}
		rows[name]++
		if anomalous[i] {
			odd[name]++
		}
		sum := sums[name]
		sums[name] = [3]float64{sum[0] + y, sum[1] + s.Predicted[i], sum[2] + Quantile(0.975, 40)*s.Spread[i]}
	}
	if len(got.Periods) != len(rows) {
		t.Fatalf("%d periods of one %s, want %d", len(got.Periods), got.Step, len(rows))
	}
	for _, p := range got.Periods {
		name := got.Step.Name(p.At)
		if p.Rows != rows[name] || p.Anomalous != odd[name] {
			t.Errorf("%s: %d rows, %d anomalous, want %d, %d", name, p.Rows, p.Anomalous, rows[name], odd[name])
		}
		for k, v := range []float64{p.Actual, p.Predicted, p.Half} {
			if want := sums[name][k]; !(math.Abs(v-want) <= 1e-9*math.Abs(want)) {
				t.Errorf("%s: sum %d is %v, want %v", name, k, v, want)
			}
		}
	}
}
