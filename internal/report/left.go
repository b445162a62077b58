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
	show := func(shown bool, picture func() figure, instead string) {
		if shown {
			s.Figures = append(s.Figures, picture())
		} else {
			s.say("%s", instead)
		}
	}
	d := &p.Metrics.Diagnostics
	near := p.near()
	show(near.last >= near.first, func() figure { return p.density(near) }, "No row is within three deviations of the "+
		"training's mean: there is nothing to show of predicted against measured.")
	show(filled(d.Predictions) > 1, p.tenths, "The predictions are all alike: there is nothing to show by their size.")
	instead := "The rows have no time: there is nothing by month."
	if filled(d.Months) == 1 {
		instead = "The rows are all of one month of the year: there is nothing to compare by month."
	}
	show(filled(d.Months) > 1, p.months, instead)
	show(true, p.histogram, "")
	show(d.Autocorrelation[0] != nil, p.autocorrelation,
		"There are no two rows in a row, or no errors: there is no autocorrelation.")
	show(len(p.Metrics.Intervals) > 0, p.calibration,
		"There are no intervals: training left no error to make them of.")
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

// near is where the density has rows, but for its outermost cells.
type near struct {
	first, last                  int // row and column
	most, inside, beside, beyond int64
}

func (p *Page) near() near {
	cells := &p.Metrics.Counts.Density
	edge := len(cells) - 1
	n := near{first: edge, last: -1}
	for i := range cells {
		for j, rows := range cells[i] {
			if rows == 0 {
				continue
			}
			if i == 0 || j == 0 || i == edge || j == edge {
				n.beyond += rows
				continue
			}
			n.inside, n.most = n.inside+rows, max(n.most, rows)
			n.first, n.last = min(n.first, i, j), max(n.last, i, j)
			if max(i-j, j-i) <= 1 {
				n.beside += rows
			}
		}
	}
	return n
}

// density shows what was predicted and what was measured.
func (p *Page) density(n near) figure {
	d := &p.Metrics.Counts
	edge := func(i int) float64 { return d.From + float64(d.Width*float64(i-1)) }
	low, high := edge(n.first), edge(n.last+1)
	c := newChart(numeric(short("predicted "+p.target(), 40), low, high),
		numeric(short("measured "+p.target(), 40), low, high), size{400, 360, 58, 26, 42})
	const shades = 6
	var boxes [shades]string
	t := numbers("Predicted", "Rows", "Measured lower", "Within a cell", "Higher")
	for i := range d.Density {
		var below, within, above int64
		for j, rows := range d.Density[i] {
			switch {
			case j < i-1:
				below += rows
			case j > i+1:
				above += rows
			default:
				within += rows
			}
			if rows > 0 && min(i, j) >= n.first && max(i, j) <= n.last {
				shade := int(float64((shades - 1) * math.Log(float64(rows)) / math.Log(max(2, float64(n.most)))))
				boxes[min(shade, shades-1)] += c.box(edge(i), edge(j), edge(i+1), edge(j+1))
			}
		}
		from := num(edge(i)) + " to " + num(edge(i+1))
		if i == 0 {
			from = "below " + num(edge(1))
		} else if i == len(d.Density)-1 {
			from = "from " + num(edge(i))
		}
		if all := below + within + above; all > 0 {
			t.add(from, count(all), count(below), count(within), count(above))
		}
	}
	for shade, shapes := range boxes {
		c.draw(fmt.Sprintf("cell s%d", shade+1), "", shapes)
	}
	c.draw("measured", "predicted = measured", c.segment(low, low, high, high))
	does := fmt.Sprintf("Here %s of the rows are within a cell (%s) of it, and the fullest has %s.",
		percent(float64(n.beside)/float64(n.inside)), num(d.Width), plural(n.most, "row", "rows"))
	if n.beyond > 0 {
		does += fmt.Sprintf(" %s outside the picture.", plural(n.beyond, "row is", "rows are"))
	}
	return c.figure("Predicted against measured", "Counts of rows in cells, by what was predicted and measured.",
		"The full cells should lie along the line; the stronger the colour, the more rows.", does, t)
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
	return groups("By month of the year", g, named("month", len(g), func(i int) string { return month(i)[:3] }),
		func(i int) float64 { return float64(i) }, month,
		"Flat at 0 is good; a wave is a season that the model does not know.")
}

// groups draws mean residuals ± 2 standard errors, and says which is the worst and how
// many are within them.
func groups(title string, g []metrics.Group, x axis, at func(int) float64, nameOf func(int) string,
	should string) figure {
	reach := []float64{0}
	bar := func(v metrics.Group) (mean, half float64) {
		if mean = *v.MeanResidual; v.StdError != nil {
			half = 2 * *v.StdError
		}
		return mean, half
	}
	for _, v := range g {
		if v.Rows > 0 {
			mean, half := bar(v)
			reach = append(reach, mean-half, mean+half)
		}
	}
	c := newChart(x, numeric("measured − predicted", reach...), usual)
	c.draw("guide", "", c.across(0))
	t, decimal := numbers("", "Rows", "Mean predicted", "Mean left", "Standard error"), alike(reach...)
	worst, largest, within, all, shapes := 0, 0.0, 0, 0, ""
	for i, v := range g {
		t.add(nameOf(i), count(v.Rows), figureOf(v.MeanPrediction), maybe(v.MeanResidual, decimal),
			maybe(v.StdError, decimal))
		if v.Rows == 0 {
			continue
		}
		mean, half := bar(v)
		if math.Abs(mean) > math.Abs(largest) {
			worst, largest = i, mean
		}
		if v.StdError != nil {
			shapes += c.segment(at(i), mean-half, at(i), mean+half)
			if all++; math.Abs(mean) <= half {
				within++
			}
		}
		shapes += c.dot(at(i), mean)
	}
	c.draw("point", "", shapes)
	does := "Here nothing is left on average"
	if largest != 0 {
		does = fmt.Sprintf("Here %s is worst, predicted %s", nameOf(worst), off(largest))
	}
	if all > 0 {
		does += fmt.Sprintf("; %d of %d are within two standard errors of 0", within, all)
	}
	return c.figure(title, "Dots with bars of two standard errors, for the mean of what is left.", should, does+".", t)
}

func (p *Page) histogram() figure {
	d, bars := &p.Metrics.Diagnostics, p.Metrics.Counts.Histogram
	const perUnit = 4 // bins
	n, last := float64(p.Metrics.Rows), len(bars)-1
	edge := func(i int) float64 { return float64(i-1)/perUnit - float64(last-1)/2/perUnit }
	normal := func(v float64) float64 { return math.Erfc(-v/math.Sqrt2) / 2 }
	reach := []float64{0, 0.4}
	for _, rows := range bars {
		reach = append(reach, float64(rows)/n*perUnit)
	}
	c := newChart(numeric("what is left, in its standard deviations", edge(0), edge(last+1)),
		numeric("share per unit", reach...), usual)
	var one int64
	t, shapes := numbers("From", "To", "Rows", "Normal"), ""
	for i, rows := range bars {
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
		shapes += c.box(edge(i), 0, edge(i+1), float64(rows)/n*perUnit)
	}
	c.draw("bar", "rows", shapes)
	var x, y []float64
	for k := -40; k <= 40; k++ {
		v := float64(k) / 10
		x, y = append(x, v), append(y, math.Exp(-float64(v*v)/2)/math.Sqrt(2*math.Pi))
	}
	c.draw("measured", "normal", c.line(x, y, 1))
	three := func(v float64) string { return digits(v, 3) }
	return c.figure("Spread", "Bars of what is left, beside the normal curve.",
		"The bars should follow the curve; the outermost hold all beyond 4.",
		fmt.Sprintf("Here %s of the rows are within 1 (normal: 68.3 %%) and %s beyond 4 (0.006 %%); skewness %s (0), "+
			"kurtosis %s (3).", percent(float64(one)/n), percent(float64(bars[0]+bars[last])/n), maybe(d.Skewness, three),
			maybe(d.Kurtosis, three)), t)
}

func (p *Page) autocorrelation() figure {
	d := &p.Metrics.Diagnostics
	all, bound := d.Autocorrelation, 2/math.Sqrt(float64(p.Metrics.Rows))
	reach, outside := []float64{0, 1, -bound}, 0
	t := numbers("Rows apart", "Autocorrelation")
	for k, r := range all {
		t.add(strconv.Itoa(k+1), figureOf(r))
		if r != nil {
			reach = append(reach, *r)
			if math.Abs(*r) > bound {
				outside++
			}
		}
	}
	c := newChart(numeric("rows apart", 0.5, float64(len(all))+0.5), numeric("autocorrelation", reach...), usual)
	bars := ""
	for k, r := range all {
		if r != nil {
			bars += c.box(float64(k)+0.7, 0, float64(k)+1.3, *r)
		}
	}
	c.draw("bar", "", bars)
	c.draw("grid", "", c.across(0))
	c.draw("guide", "two standard errors of 0", c.across(bound)+c.across(-bound))
	does := fmt.Sprintf("Here it is %s from one row to the next, and %d of %d are outside; the Durbin-Watson figure "+
		"is %s (2).", digits(*all[0], 2), outside, len(all), figureOf(d.DurbinWatson))
	if timed := len(d.Months) > 0; timed && *all[0] > max(0.2, bound) {
		does += " Lags of the target may take some of it away."
	}
	return c.figure("From row to row", "Bars of the autocorrelation of what is left, by distance in rows.",
		"Within the dotted lines is good: no row foretells the next.", does, t)
}

// calibration is how often intervals held.
func (p *Page) calibration() figure {
	t := numbers("Nominal", "Held", "Mean width", "Interval score")
	var x, y []float64
	worst, apart := p.Metrics.Intervals[0], 0.0
	for _, v := range p.Metrics.Intervals {
		x, y = append(x, 100*v.Level), append(y, 100*v.Coverage)
		t.add(percent(v.Level), percent(v.Coverage), num(v.MeanWidth), num(v.Score))
		if off := math.Abs(v.Coverage - v.Level); off > apart {
			worst, apart = v, off
		}
	}
	c := newChart(numeric("nominal, %", 40, 100), numeric("held, % of the rows", append(y, 40, 100)...), usual)
	dots := ""
	for i := range x {
		dots += c.dot(x[i], y[i])
	}
	c.draw("guide", "as promised", c.segment(40, 40, 100, 100))
	c.draw("predicted", "held", c.line(x, y, 100))
	c.draw("point", "", dots)
	return c.figure("Can the intervals be trusted?", "Dots for how often intervals held, by what they promise.",
		"The dots should lie on the dotted line; above it the intervals are wider than they need be, below it they promise "+
			"too much.", fmt.Sprintf("Here those of %s are farthest from it: they held %s.", percent(worst.Level),
			percent(worst.Coverage)), t)
}
