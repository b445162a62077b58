package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"mlpipeline/internal/metrics"
)

// series is a file along its time.
func (p *Page) series(d *metrics.Dataset) figure {
	step, periods := d.Timeline.Step, d.Timeline.Periods
	n := len(periods)
	measured, predicted := make([]float64, n), make([]float64, n)
	x, low, high := make([]float64, n), make([]float64, n), make([]float64, n)
	worst, odd, anomalous, band := 0, 0, int64(0), 0.0
	for i, v := range periods {
		rows := float64(v.Rows)
		measured[i], predicted[i] = v.Actual/rows, v.Predicted/rows
		x[i], low[i], high[i] = float64(v.At-periods[0].At), predicted[i]-v.Half/rows, predicted[i]+v.Half/rows
		if math.Abs(measured[i]-predicted[i]) > math.Abs(measured[worst]-predicted[worst]) {
			worst = i
		}
		if anomalous += v.Anomalous; v.Anomalous > 0 {
			odd++
		}
		band = max(band, v.Half)
	}
	decimal := alike(slices.Concat(low, high)...)
	t := table{Caption: "The numbers", Folded: true, Head: []string{step.String(), "Rows", "Measured", "Predicted", "95 % ±"}}
	for i, v := range periods {
		t.Rows = append(t.Rows, []string{step.Name(v.At), count(v.Rows), decimal(measured[i]), decimal(predicted[i]),
			decimal(v.Half / float64(v.Rows))})
	}
	if odd > 0 {
		t.Head = append(t.Head, "Anomalous")
		for i := range t.Rows {
			t.Rows[i] = append(t.Rows[i], count(periods[i].Anomalous))
		}
	}
	name := func(i int) string { return step.Name(periods[0].At + int64(i)) }
	c := newChart(named(step.String(), int(x[n-1])+1, name),
		numeric(short("mean "+p.target(), 26), slices.Concat(low, high, measured)...), 230)
	for i, at := range x {
		if periods[i].Anomalous > 0 {
			c.box("odd", at-0.5, c.y.from, at+0.5, c.y.to)
		}
	}
	if band > 0 {
		c.area("band", x, low, high)
	}
	c.line("measured", x, measured, true)
	c.line("predicted", x, predicted, true)
	c.key("measured", "measured")
	c.key("predicted", "predicted")
	f := figure{Title: short(d.Name, 40), Table: t, Should: "The lines should run together, inside the band."}
	if band > 0 {
		c.key("band", "95 %")
		f.Should = "The lines should run together, far inside the band, which is for single rows."
	}
	f.Does = "Here they never part."
	if apart := measured[worst] - predicted[worst]; apart != 0 {
		f.Does = fmt.Sprintf("Here they are farthest apart in %s: %s.", step.Name(periods[worst].At), off(apart))
	}
	if odd > 0 {
		c.key("odd", "anomalous")
		f.Does += fmt.Sprintf(" %s anomalous, in %d of %d periods.", plural(anomalous, "row is", "rows are"), odd, n)
	}
	f.SVG = c.svg(fmt.Sprintf("%s of %s by %s", p.target(), short(d.Name, 40), step),
		fmt.Sprintf("Means of measured and predicted %s in %d periods from %s to %s. %s", p.target(), n, name(0),
			step.Name(periods[n-1].At), f.Does))
	return f
}

// against is the density of what was predicted and what was measured, if any row is in
// its range.
func (p *Page) against() (f figure, ok bool) {
	d := &p.Metrics.Counts
	first, last := len(d.Density), -1
	var most, inside, beside, beyond int64
	for i, column := range d.Density {
		for j, n := range column {
			edge := i == 0 || j == 0 || i == len(d.Density)-1 || j == len(d.Density)-1
			switch {
			case n == 0:
				continue
			case edge:
				beyond += n
				continue
			}
			inside, most = inside+n, max(most, n)
			first, last = min(first, i, j), max(last, i, j)
			if max(i-j, j-i) <= 1 {
				beside += n
			}
		}
	}
	if last < 0 {
		return f, false
	}
	edge := func(i int) float64 { return d.From + float64(d.Width*float64(i-1)) }
	c := newChart(numeric(short("predicted "+p.target(), 40), edge(first), edge(last+1)),
		numeric(short("measured "+p.target(), 40), edge(first), edge(last+1)), 360)
	c.density(d, first, last, most, edge)
	c.line("measured", []float64{edge(first), edge(last + 1)}, []float64{edge(first), edge(last + 1)}, false)
	c.key("measured", "predicted = measured")
	f = figure{Title: "Predicted against measured",
		Should: "The full cells should lie along the line; the stronger the colour, the more rows.", Table: p.columns(edge)}
	f.Does = fmt.Sprintf("Here %s of the rows are within a cell (%s) of it, and the fullest has %s.",
		percent(float64(beside)/float64(inside)), num(d.Width), plural(most, "row", "rows"))
	if beyond > 0 {
		f.Does += fmt.Sprintf(" %s outside the picture.", plural(beyond, "row is", "rows are"))
	}
	f.SVG = c.svg("Rows by predicted and measured "+p.target(), fmt.Sprintf("Counts of %s in cells of %s. %s",
		plural(inside+beyond, "row", "rows"), num(d.Width), f.Does))
	return f, true
}

// density draws the cells in shades, one path for each.
func (c *chart) density(d *metrics.Counts, first, last int, most int64, edge func(int) float64) {
	const shades = 6
	for shade := 1; shade <= shades; shade++ {
		class := fmt.Sprintf("cell s%d", shade)
		for i := first; i <= last; i++ {
			for j := first; j <= last; j++ {
				share := math.Log(float64(d.Density[i][j])) / math.Log(max(2, float64(most)))
				if d.Density[i][j] > 0 && min(1+int(float64((shades-1)*share)), shades) == shade {
					c.box(class, edge(i), edge(j), edge(i+1), edge(j+1))
				}
			}
		}
	}
}

// columns sums the density up by prediction.
func (p *Page) columns(edge func(int) float64) table {
	t := table{Caption: "The numbers", Folded: true,
		Head: []string{"Predicted", "Rows", "Measured lower", "Within a cell", "Higher"}}
	rows := &p.Metrics.Counts.Density
	for i, column := range rows {
		var below, near, above int64
		for j, n := range column {
			switch {
			case j < i-1:
				below += n
			case j > i+1:
				above += n
			default:
				near += n
			}
		}
		from := num(edge(i)) + " to " + num(edge(i+1))
		switch i {
		case 0:
			from = "below " + num(edge(1))
		case len(rows) - 1:
			from = "from " + num(edge(i))
		}
		if all := below + near + above; all > 0 {
			t.Rows = append(t.Rows, []string{from, count(all), count(below), count(near), count(above)})
		}
	}
	return t
}

// groups draws mean residuals ± 2 standard errors, and says which is the worst and how
// many are within them.
func groups(c *chart, g []metrics.Group, at func(i int) float64, name func(i int) string) (does string, t table) {
	t = table{Caption: "The numbers", Folded: true,
		Head: []string{"", "Rows", "Mean predicted", "Mean left", "Standard error"}}
	c.path("guide", c.left, c.atY(0), width-right, c.atY(0))
	worst, within, all := -1, 0, 0
	decimal := alike(reach(g)...)
	for i, v := range g {
		t.Rows = append(t.Rows, []string{name(i), count(v.Rows), maybe(v.MeanPrediction, num), maybe(v.MeanResidual, decimal),
			maybe(v.StdError, decimal)})
		if v.Rows == 0 {
			continue
		}
		if worst < 0 || math.Abs(*v.MeanResidual) > math.Abs(*g[worst].MeanResidual) {
			worst = i
		}
		if v.StdError != nil {
			all++
			x := c.atX(at(i))
			c.path("point", x, c.atY(*v.MeanResidual-2**v.StdError), x, c.atY(*v.MeanResidual+2**v.StdError))
			if math.Abs(*v.MeanResidual) <= 2**v.StdError {
				within++
			}
		}
		c.dot("point", at(i), *v.MeanResidual)
	}
	does = "here nothing is left on average"
	if left := *g[worst].MeanResidual; left != 0 {
		does = fmt.Sprintf("here %s is worst, predicted %s", name(worst), off(left))
	}
	if all > 0 {
		does += fmt.Sprintf("; %d of %d are within two standard errors of 0", within, all)
	}
	return does, t
}

// reach is how far groups extend.
func reach(g []metrics.Group) []float64 {
	values := []float64{0}
	for _, v := range g {
		if v.MeanResidual == nil {
			continue
		}
		values = append(values, *v.MeanResidual)
		if v.StdError != nil {
			values = append(values, *v.MeanResidual-2**v.StdError, *v.MeanResidual+2**v.StdError)
		}
	}
	return values
}

func (p *Page) tenths() figure {
	g := p.Metrics.Diagnostics.Predictions
	var at []float64
	for _, v := range g {
		if v.MeanPrediction != nil {
			at = append(at, *v.MeanPrediction)
		}
	}
	axisX := numeric(short("mean predicted "+p.target(), 40), at...)
	c := newChart(axisX, numeric("measured − predicted", reach(g)...), 230)
	does, t := groups(c, g, func(i int) float64 { return *g[i].MeanPrediction }, func(i int) string {
		switch i {
		case 0:
			return "the lowest tenth"
		case len(g) - 1:
			return "the highest tenth"
		}
		return fmt.Sprintf("tenth %d", i+1)
	})
	f := figure{Title: "By tenth of the prediction", Table: t, Does: sentence("%s.", does),
		Should: "Flat at 0 is good; a slope or a bend is something that the model does not say."}
	f.SVG = c.svg("Mean of what is left by tenth of the prediction", "Dots with bars of two standard errors. "+f.Does)
	return f
}

func (p *Page) months() figure {
	g := p.Metrics.Diagnostics.Months
	month := func(i int) string { return time.Month(i + 1).String() }
	axisX := named("month", len(g), func(i int) string { return month(i)[:3] })
	c := newChart(axisX, numeric("measured − predicted", reach(g)...), 230)
	does, t := groups(c, g, func(i int) float64 { return float64(i) }, month)
	f := figure{Title: "By month of the year", Table: t, Does: sentence("%s.", does),
		Should: "Flat at 0 is good; a wave is a season that the model does not know."}
	f.SVG = c.svg("Mean of what is left by month", "Dots with bars of two standard errors. "+f.Does)
	return f
}

func (p *Page) histogram() figure {
	d, bars := &p.Metrics.Diagnostics, p.Metrics.Counts.Histogram
	const perUnit = 4 // bins
	n := float64(p.Metrics.Rows)
	height := make([]float64, len(bars))
	edge := func(i int) float64 { return float64(i-1)/perUnit - float64(len(bars)-2)/2/perUnit }
	last := len(bars) - 1
	var one, far int64
	t := table{Caption: "The numbers", Folded: true, Head: []string{"From", "To", "Rows", "Normal"}}
	normal := func(v float64) float64 { return math.Erfc(-v/math.Sqrt2) / 2 }
	for i, rows := range bars {
		height[i] = float64(rows) / n * perUnit
		if i > 0 && i < last && edge(i) >= -1 && edge(i+1) <= 1 {
			one += rows
		}
		if i == 0 || i == last {
			far += rows
		}
		from, to, below, above := num(edge(i)), num(edge(i+1)), normal(edge(i)), normal(edge(i+1))
		if i == 0 {
			from, below = "–", 0
		} else if i == last {
			to, above = "–", 1
		}
		if rows > 0 {
			t.Rows = append(t.Rows, []string{from, to, count(rows), num(float64(n * (above - below)))})
		}
	}
	c := newChart(numeric("what is left, in its standard deviations", edge(0), edge(last+1)),
		numeric("share per unit", append(height, 0, 0.4)...), 230)
	var x, y []float64
	for i, h := range height {
		if h > 0 {
			c.box("bar", edge(i), 0, edge(i+1), h)
		}
	}
	for k := -40; k <= 40; k++ {
		v := float64(k) / 10
		x, y = append(x, v), append(y, math.Exp(-float64(v*v)/2)/math.Sqrt(2*math.Pi))
	}
	c.line("measured", x, y, false)
	c.key("bar", "rows")
	c.key("measured", "normal")
	f := figure{Title: "Spread", Table: t, Should: "The bars should follow the curve; the outermost hold all beyond 4."}
	f.Does = fmt.Sprintf("Here %s of the rows are within 1 (normal: 68.3 %%) and %s beyond 4 (0.006 %%); skewness %s (0), "+
		"kurtosis %s (3).", percent(float64(one)/n), percent(float64(far)/n), maybe(d.Skewness, three),
		maybe(d.Kurtosis, three))
	f.SVG = c.svg("Histogram of what is left", "Bars beside the normal curve. "+f.Does)
	return f
}

func (p *Page) autocorrelation() figure {
	all := p.Metrics.Diagnostics.Autocorrelation
	t := table{Caption: "The numbers", Folded: true, Head: []string{"Rows apart", "Autocorrelation"}}
	bound := 2 / math.Sqrt(float64(p.Metrics.Rows))
	values, outside := []float64{0, 1, -bound}, 0
	for k, r := range all {
		t.Rows = append(t.Rows, []string{strconv.Itoa(k + 1), figureOf(r)})
		if r != nil {
			values = append(values, *r)
			if math.Abs(*r) > bound {
				outside++
			}
		}
	}
	c := newChart(numeric("rows apart", 0.5, float64(len(all))+0.5), numeric("autocorrelation", values...), 230)
	for k, r := range all {
		if r != nil {
			c.box("bar", float64(k)+0.7, 0, float64(k)+1.3, *r)
		}
	}
	c.path("grid", c.left, c.atY(0), width-right, c.atY(0))
	for _, at := range []float64{bound, -bound} {
		c.path("guide", c.left, c.atY(at), width-right, c.atY(at))
	}
	c.key("guide", "two standard errors of 0")
	f := figure{Title: "From row to row", Table: t, Should: "Within the dotted lines is good: no row foretells the next."}
	f.Does = fmt.Sprintf("Here it is %s from one row to the next, and %d of %d are outside.", digits(*all[0], 2),
		outside, len(all))
	if timed := len(p.Metrics.Diagnostics.Months) > 0; timed && *all[0] > max(0.2, bound) {
		f.Does += " Lags of the target may take some of it away."
	}
	f.SVG = c.svg("Autocorrelation of what is left", "Bars by distance in rows. "+f.Does)
	return f
}

// calibration is how often intervals held.
func (p *Page) calibration() figure {
	intervals := p.Metrics.Intervals
	t := table{Caption: "The numbers", Folded: true, Head: []string{"Nominal", "Held", "Mean width", "Interval score"}}
	var x, y []float64
	worst := 0
	for i, v := range intervals {
		held := v.Coverage
		x, y = append(x, 100*v.Level), append(y, 100*held)
		t.Rows = append(t.Rows, []string{percent(v.Level), percent(held), num(v.MeanWidth), num(v.Score)})
		if math.Abs(y[i]-x[i]) > math.Abs(y[worst]-x[worst]) {
			worst = i
		}
	}
	c := newChart(numeric("nominal, %", 40, 100), numeric("held, % of the rows", append(y, 40, 100)...), 230)
	c.line("guide", []float64{40, 100}, []float64{40, 100}, false)
	c.line("predicted", x, y, false)
	for i := range x {
		c.dot("point", x[i], y[i])
	}
	c.key("guide", "as promised")
	c.key("predicted", "held")
	f := figure{Title: "Can the intervals be trusted?", Table: t, Should: "The dots should lie on the dotted line; above " +
		"it the intervals are wider than they need be, below it they promise too much."}
	f.Does = fmt.Sprintf("Here those of %s are farthest from it: they held %s.", percent(intervals[worst].Level),
		percent(intervals[worst].Coverage))
	f.SVG = c.svg("How often intervals held", "Dots by nominal probability. "+f.Does)
	return f
}
