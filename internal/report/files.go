package report

import (
	"fmt"
	"math"
	"slices"

	"mlpipeline/internal/metrics"
)

// datasets are the files, the worst first.
func (p *Page) datasets(worst []file, l limits) section {
	s := section{Title: "Files, the worst first"}
	if len(worst) == 1 {
		s.Title = "The file"
	}
	t := table{Head: []string{"File", "Rows", "RMSE", "Bias", "R²", "95 % held"}}
	simulated := slices.ContainsFunc(worst, func(f file) bool { return f.data.NoiseFloor != nil })
	if simulated {
		t.Head = append(t.Head, "Noise floor", "Excess MSE", "Anomalous rows")
		s.say("These are simulated data, of which the truth is known: the noise floor is the mean " +
			"squared error that no linear model of these columns can go below but by chance, the excess is what this one " +
			"has above it. The anomalous rows follow other laws, and raise it.")
	}
	shown := worst[:min(l.datasets, len(worst))]
	var errs, squares []float64 // for their decimals
	for _, f := range shown {
		if f.RMSE != nil {
			errs, squares = append(errs, *f.RMSE, *f.Bias), append(squares, *f.MSE)
		}
	}
	decimal, square := alike(errs...), alike(squares...)
	for _, f := range shown {
		row := []string{name(f.data.Name), count(f.Rows), maybe(f.RMSE, decimal), maybe(f.Bias, decimal),
			maybe(f.R2, alike(1)), percentOf(f.Coverage)}
		if floor := f.data.NoiseFloor; floor != nil {
			row = append(row, square(*floor), maybe(metrics.Excess(f.MSE, floor), square), count(f.data.Anomalous()))
		} else if simulated {
			row = append(row, undefined, undefined, undefined)
		}
		t.add(row...)
	}
	const open = 15 // files, of many
	if s.Tables = []table{t}; len(t.Rows) > 2*open {
		s.Tables = append(s.Tables, table{Caption: "The other files", Folded: true, Head: t.Head, Rows: t.Rows[open:]})
		s.Tables[0].Rows = t.Rows[:open]
	}
	if more := len(worst) - len(shown); more > 0 {
		s.say("%s not shown, on which it is better; metrics.json has them.", plural(more, "file is", "files are"))
	}
	return s
}

// time are the pictures of the worst files that have a time.
func (p *Page) time(worst []file, l limits) section {
	s := section{Title: "Along the time"}
	timed := slices.DeleteFunc(slices.Clone(worst), func(f file) bool { return len(f.data.Timeline.Periods) < 2 })
	for _, f := range timed[:min(l.pictures, len(timed))] {
		s.show(p.series(f.data.Name, &f.data.Timeline))
	}
	switch more := len(timed) - len(s.Figures); {
	case len(timed) == 0:
		s.say("No file has scored rows at two times or more: there is nothing to show.")
	case more > 0:
		s.say("the %s; %s no picture.", plural(len(s.Figures), "worst file", "worst files"),
			plural(more, "other has", "others have"))
	}
	return s
}

// series is a file along its time.
func (p *Page) series(file string, l *metrics.Timeline) figure {
	n, first := len(l.Periods), l.Periods[0].At
	odd := layer{kind: bars, class: "odd", key: "anomalous", wide: 1}
	band := layer{kind: area, class: "band", key: "95 %"}
	measured := layer{kind: line, class: "measured", key: "measured", wide: 1}
	predicted := layer{kind: line, class: "predicted", key: "predicted", wide: 1}
	worst, apart, anomalous := 0, 0.0, int64(0)
	for i, v := range l.Periods {
		rows, at := float64(v.Rows), float64(v.At-first)
		measured.add(at, v.Actual/rows)
		predicted.add(at, v.Predicted/rows)
		band.add(at, (v.Predicted-v.Half)/rows, (v.Predicted+v.Half)/rows)
		if off := (v.Actual - v.Predicted) / rows; math.Abs(off) > math.Abs(apart) {
			worst, apart = i, off
		}
		if anomalous += v.Anomalous; v.Anomalous > 0 {
			odd.add(at, math.Inf(-1), math.Inf(1))
		}
	}
	decimal := alike(slices.Concat(band.value, band.other)...)
	t := numbers(l.Step.String(), "Rows", "Measured", "Predicted", "95 % ±", "Anomalous")
	for i, v := range l.Periods {
		t.add(l.Step.Name(v.At), count(v.Rows), decimal(measured.value[i]), decimal(predicted.value[i]),
			decimal(v.Half/float64(v.Rows)), count(v.Anomalous))
	}
	should := "The lines should run together, far inside the band, which is for single rows."
	if slices.Equal(band.value, band.other) {
		band, should = layer{}, "The lines should run together."
	}
	does := "Here they never part."
	if apart != 0 {
		does = fmt.Sprintf("Here they are farthest apart in %s: %s.", l.Step.Name(l.Periods[worst].At), off(apart))
	}
	if len(odd.place) > 0 {
		does += fmt.Sprintf(" %s anomalous, in %d of %d periods.", plural(anomalous, "row is", "rows are"), len(odd.place), n)
	}
	nameOf := func(i int) string { return l.Step.Name(first + int64(i)) }
	along := named(l.Step.String(), int(l.Periods[n-1].At-first)+1, false, nameOf)
	return plot(along, short("mean "+p.target(), 26), usual, odd, band, measured, predicted).
		figure(short(file, 40), fmt.Sprintf("Means of measured and predicted %s by %s from %s to %s.", p.target(), l.Step,
			nameOf(0), l.Step.Name(l.Periods[n-1].At)), should, does, t)
}

// rival is the comparison with another model, empty where there is none.
func (p *Page) rival(worst []file, l limits) (s section) {
	c := p.Metrics.Compare(0)
	if c == nil {
		return s
	}
	s.Title = "Beside the other model"
	s.say("%v.", c)
	t := table{Caption: "Mean squared errors on the rows that both predict", Folded: true,
		Head: []string{"File", "Rows", "This model", "The other", "Gain"}}
	for _, f := range worst[:min(l.datasets, len(worst))] {
		both := f.data.Clusters.All()
		if n := float64(both.Common); n > 0 {
			model, other := both.Model/n, both.Rival/n
			t.add(name(f.data.Name), count(both.Common), num(model), num(other), num(other-model))
		}
	}
	s.Tables = []table{t}
	return s
}
