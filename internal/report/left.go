package report

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"mlpipeline/internal/metrics"
)

// left are the pictures of all rows together: what was predicted, and what is left.
func (p *Page) left() section {
	s := section{Title: "Predicted, measured, and what is left: measured − predicted"}
	if p.Metrics.Rows == 0 {
		s.say("No row was scored: there is nothing to show.")
		return s
	}
	d := &p.Metrics.Diagnostics
	s.show(p.density())
	if filled(d.Predictions) > 1 {
		s.show(p.tenths())
	} else {
		s.say("The predictions are all alike: there is nothing to show by their size.")
	}
	switch filled(d.Months) {
	case 0:
		s.say("The rows have no time: there is nothing by month.")
	case 1:
		s.say("The rows are all of one month of the year: there is nothing to compare by month.")
	default:
		s.show(p.months())
	}
	s.show(p.histogram())
	if d.Autocorrelation[0] != nil {
		s.show(p.autocorrelation())
	} else {
		s.say("There are no two rows in a row, or no errors: there is no autocorrelation.")
	}
	if len(p.Metrics.Intervals) > 0 {
		s.show(p.calibration())
	} else {
		s.say("There are no intervals: training left no error to make them of.")
	}
	return s
}

// filled counts the groups that have rows.
func filled(groups []metrics.Group) (n int) {
	for _, g := range groups {
		if g.Rows > 0 {
			n++
		}
	}
	return n
}

// density shows what was predicted and what was measured, where there are rows, but for the
// outermost cells, which hold all beyond.
func (p *Page) density() figure {
	d := &p.Metrics.Counts
	last := len(d.Density) - 1
	first, end := last, 0 // row and column of the cells that are shown
	var most, inside, beside, beyond int64
	edge := func(i int) float64 { return d.From + float64(d.Width*float64(i-1)) }
	t := numbers("Predicted", "Rows", "Measured lower", "Within a cell", "Higher")
	for i := range d.Density {
		var at [3]int64 // lower, within a cell, higher
		for j, rows := range d.Density[i] {
			at[1+max(-1, min((j-i)/2, 1))] += rows
			switch {
			case rows == 0:
			case min(i, j) == 0 || max(i, j) == last:
				beyond += rows
			default:
				inside, most, first, end = inside+rows, max(most, rows), min(first, i, j), max(end, i+1, j+1)
				if max(i-j, j-i) <= 1 {
					beside += rows
				}
			}
		}
		from := num(edge(i)) + " to " + num(edge(i+1))
		if i == 0 {
			from = "below " + num(edge(1))
		} else if i == last {
			from = "from " + num(edge(i))
		}
		if all := at[0] + at[1] + at[2]; all > 0 {
			t.add(from, count(all), count(at[0]), count(at[1]), count(at[2]))
		}
	}
	if inside == 0 {
		return figure{Does: "No row is within three deviations of the training's mean: there is nothing to show of " +
			"predicted against measured."}
	}
	layers := p.cells(first, end, most)
	ends := []float64{edge(first), edge(end)}
	layers = append(layers, layer{kind: line, class: "measured", key: "predicted = measured", place: ends, value: ends,
		wide: math.Inf(1)})
	does := fmt.Sprintf("Here %s of the rows are within a cell (%s) of it, and the fullest has %s.",
		percent(float64(beside)/float64(inside)), num(d.Width), plural(most, "row", "rows"))
	if beyond > 0 {
		does += fmt.Sprintf(" %s outside the picture.", plural(beyond, "row is", "rows are"))
	}
	return plot(numeric(short("predicted "+p.target(), 40), ends...), short("measured "+p.target(), 40), square, layers...).
		figure("Predicted against measured", "Counts of rows in cells, by what was predicted and measured.",
			"The full cells should lie along the line; the stronger the colour, the more rows.", does, t)
}

// cells are the layers of those from first to end (not included), the stronger the more rows.
func (p *Page) cells(first, end int, most int64) []layer {
	const shades = 6
	d := &p.Metrics.Counts
	edge := func(i int) float64 { return d.From + float64(d.Width*float64(i-1)) }
	layers := make([]layer, shades)
	for k := range layers {
		layers[k] = layer{kind: bars, class: fmt.Sprintf("cell s%d", k+1), wide: d.Width}
	}
	for i := first; i < end; i++ {
		for j := first; j < end; j++ {
			if rows := d.Density[i][j]; rows > 0 {
				shade := int(float64((shades - 1) * math.Log(float64(rows)) / math.Log(max(2, float64(most)))))
				l := &layers[min(shade, shades-1)]
				l.add((edge(i)+edge(i+1))/2, edge(j), edge(j+1))
			}
		}
	}
	return layers
}

func (p *Page) tenths() figure {
	g := p.Metrics.Diagnostics.Predictions
	var at []float64
	for _, v := range g {
		if v.MeanPrediction != nil {
			at = append(at, *v.MeanPrediction)
		}
	}
	nameOf := func(i int) string {
		switch i {
		case 0:
			return "the lowest tenth"
		case len(g) - 1:
			return "the highest tenth"
		}
		return fmt.Sprintf("tenth %d", i+1)
	}
	return groups("By tenth of the prediction", g, numeric(short("mean predicted "+p.target(), 40), at...),
		func(i int) float64 { return *g[i].MeanPrediction }, nameOf,
		"Flat at 0 is good; a slope or a bend is something that the model does not say.")
}

func (p *Page) months() figure {
	g := p.Metrics.Diagnostics.Months
	month := func(i int) string { return time.Month(i + 1).String() }
	return groups("By month of the year", g, named("month", len(g), false, func(i int) string { return month(i)[:3] }),
		func(i int) float64 { return float64(i) }, month,
		"Flat at 0 is good; a wave is a season that the model does not know.")
}

// groups draws mean residuals ± 2 standard errors, and says which is the worst and how
// many are within them.
func groups(title string, g []metrics.Group, along axis, at func(int) float64, nameOf func(int) string,
	should string) figure {
	means, errs := layer{kind: dots, class: "point"}, layer{kind: whiskers, class: "point", key: "± 2 standard errors"}
	worst, largest, within := 0, 0.0, 0
	var rows []int // of the table, those with numbers
	for i, v := range g {
		if v.Rows == 0 {
			continue
		}
		rows = append(rows, i)
		mean := *v.MeanResidual
		if math.Abs(mean) > math.Abs(largest) {
			worst, largest = i, mean
		}
		means.add(at(i), mean)
		if v.StdError != nil {
			half := 2 * *v.StdError
			errs.add(at(i), mean-half, mean+half)
			if math.Abs(mean) <= half {
				within++
			}
		}
	}
	t, decimal := numbers("", "Rows", "Mean predicted", "Mean left", "Standard error"), alike(means.value...)
	for _, i := range rows {
		v := g[i]
		t.add(nameOf(i), count(v.Rows), figureOf(v.MeanPrediction), maybe(v.MeanResidual, decimal), maybe(v.StdError, decimal))
	}
	does := "Here nothing is left on average"
	if largest != 0 {
		does = fmt.Sprintf("Here %s is worst, predicted %s", nameOf(worst), off(largest))
	}
	if all := len(errs.place); all > 0 {
		does += fmt.Sprintf("; %d of %d are within two standard errors of 0", within, all)
	}
	return plot(along, "measured − predicted", usual, level("guide", "", along, 0), errs, means).
		figure(title, "Dots with bars of two standard errors, for the mean of what is left.", should, does+".", t)
}

func (p *Page) histogram() figure {
	d, all := &p.Metrics.Diagnostics, p.Metrics.Counts.Histogram
	const perUnit = 4 // bins
	n, last := float64(p.Metrics.Rows), len(all)-1
	edge := func(i int) float64 { return float64(i-1)/perUnit - float64(last-1)/2/perUnit }
	normal := func(v float64) float64 { return math.Erfc(-v/math.Sqrt2) / 2 }
	shares := layer{kind: bars, class: "bar", key: "rows", wide: 1.0 / perUnit}
	t, one := numbers("From", "To", "Rows", "Normal"), int64(0)
	for i, rows := range all {
		if rows == 0 {
			continue
		}
		if edge(i) >= -1 && edge(i+1) <= 1 {
			one += rows
		}
		from, to, below, above := num(edge(i)), num(edge(i+1)), normal(edge(i)), normal(edge(i+1))
		if i == 0 {
			from, below = undefined, 0
		} else if i == last {
			to, above = undefined, 1
		}
		t.add(from, to, count(rows), num(float64(n*(above-below))))
		shares.add((edge(i)+edge(i+1))/2, 0, float64(rows)/n*perUnit)
	}
	curve := layer{kind: line, class: "measured", key: "normal", wide: 1}
	for k := -40; k <= 40; k++ {
		v := float64(k) / 10
		curve.add(v, math.Exp(-float64(v*v)/2)/math.Sqrt(2*math.Pi))
	}
	three := func(v float64) string { return digits(v, 3) }
	return plot(numeric("what is left, in its standard deviations", edge(0), edge(last+1)), "share per unit", usual, shares,
		curve).figure("Spread", "Bars of what is left, beside the normal curve.",
		"The bars should follow the curve; the outermost hold all beyond 4.",
		fmt.Sprintf("Here %s of the rows are within 1 (normal: 68.3 %%) and %s beyond 4 (0.006 %%); skewness %s (0), "+
			"kurtosis %s (3).", percent(float64(one)/n), percent(float64(all[0]+all[last])/n), maybe(d.Skewness, three),
			maybe(d.Kurtosis, three)), t)
}

func (p *Page) autocorrelation() figure {
	d := &p.Metrics.Diagnostics
	bound, outside := 2/math.Sqrt(float64(p.Metrics.Rows)), 0
	known := layer{kind: bars, class: "bar", wide: 0.6}
	t := numbers("Rows apart", "Autocorrelation")
	for k, r := range d.Autocorrelation {
		if r == nil {
			continue
		}
		t.add(strconv.Itoa(k+1), num(*r))
		known.add(float64(k+1), 0, *r)
		if math.Abs(*r) > bound {
			outside++
		}
	}
	along := numeric("rows apart", 0.5, float64(len(d.Autocorrelation))+0.5)
	does := fmt.Sprintf("Here it is %s from one row to the next, and %d of %d are outside; the Durbin-Watson figure "+
		"is %s (2).", digits(*d.Autocorrelation[0], 2), outside, len(known.place), figureOf(d.DurbinWatson))
	if timed := len(d.Months) > 0; timed && *d.Autocorrelation[0] > max(0.2, bound) {
		does += " Lags of the target, or longer ones, may take some of it away."
	}
	return plot(along, "autocorrelation", usual, known, level("grid", "", along, 0), level("grid", "", along, 1),
		level("guide", "two standard errors of 0", along, bound), level("guide", "", along, -bound)).
		figure("From row to row", "Bars of the autocorrelation of what is left, by distance in rows.",
			"Within the dotted lines is good: no row foretells the next.", does, t)
}

// calibration is how often intervals held.
func (p *Page) calibration() figure {
	t := numbers("Nominal", "Held")
	held := layer{kind: line, class: "predicted", key: "held", wide: 100}
	worst, apart := p.Metrics.Intervals[0], 0.0
	for _, v := range p.Metrics.Intervals {
		held.add(100*v.Level, 100*v.Coverage)
		t.add(percent(v.Level), percent(v.Coverage))
		if off := math.Abs(v.Coverage - v.Level); off > apart {
			worst, apart = v, off
		}
	}
	promised := layer{kind: line, class: "guide", key: "as promised", place: []float64{40, 100}, value: []float64{40, 100},
		wide: 100}
	marks := held
	marks.kind, marks.class, marks.key = dots, "point", ""
	return plot(numeric("nominal, %", 40, 100), "held, % of the rows", usual, promised, held, marks).
		figure("Can the intervals be trusted?", "Dots for how often intervals held, by what they promise.",
			"The dots should lie on the dotted line; above it the intervals are wider than they need be, below it they promise "+
				"too much.", fmt.Sprintf("Here those of %s are farthest from it: they held %s.", percent(worst.Level),
				percent(worst.Coverage)), t)
}
