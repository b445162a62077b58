package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
)

// wellFrom is the skill from which predictions are good, where there is no doubt.
const wellFrom = 0.7

// verdict is the answer in plain words.
func (p *Page) verdict(worst []file) string {
	m, target := p.Metrics, p.target()
	if m.RMSE == nil {
		return fmt.Sprintf("Nothing can be said of the predictions of %s: %s.", target, m.Reason)
	}
	if m.Skill.Mean == nil {
		return fmt.Sprintf("On %s the model misses %s by %s (root of the mean square); there is nothing to compare "+
			"that with: %s.", plural(m.Rows, "row", "rows"), target, digits(*m.RMSE, 3), m.Reason)
	}
	skill := *m.Skill.Mean
	quality := "worse than if it knew nothing"
	for _, q := range []struct {
		least float64
		words string
	}{{0.9, "very well"}, {wellFrom, "well"}, {0.4, "passably"}, {0.1, "poorly"},
		{0, "hardly better than if it knew nothing"}} {
		if skill >= q.least {
			quality = q.words
			break
		}
	}
	doubts := m.Doubts()
	predicts := fmt.Sprintf("predicts %s %s", target, quality)
	if len(doubts) > 0 && skill >= wellFrom {
		predicts = fmt.Sprintf("does not predict %s well", target)
	}
	text := fmt.Sprintf("The model %s: on %s of %s it is off by %s (root of the mean square), where the "+
		"training's mean alone would be off by %s", predicts, plural(m.Rows, "new row", "new rows"),
		plural(int64(len(m.Datasets)), "file", "files"), digits(*m.RMSE, 3), digits(*m.GuessRMSE.Mean, 3))
	if m.GuessRMSE.Season != nil {
		text += fmt.Sprintf(", and the season alone by %s", digits(*m.GuessRMSE.Season, 3))
	}
	text += "."
	for _, doubt := range doubts {
		text += " " + sentence("%s.", doubt)
	}
	if coverage := m.Coverage(); coverage != nil {
		judgement := cmp.Or(m.Judgement(), "as they should")
		text += fmt.Sprintf(" Its 95 %% intervals held %s of the rows: %s.", percent(*coverage), judgement)
	}
	if len(worst) > 1 && worst[0].RMSE != nil {
		text += fmt.Sprintf(" It is at its worst on %s, off by %s.", name(worst[0].data.Name), digits(*worst[0].RMSE, 3))
	}
	return text
}

// figures are those over all files.
func (p *Page) figures() table {
	m := p.Metrics
	t := table{Head: []string{"Figure", "Value", "What it is"}, Words: true}
	add := func(name, value, what string) {
		if value != undefined {
			t.Rows = append(t.Rows, []string{name, value, what})
		}
	}
	add("MSE", figureOf(m.MSE), "mean of the squared errors")
	add("RMSE", figureOf(m.RMSE), "its root, in the unit of "+p.target())
	add("MAE", figureOf(m.MAE), "mean of the errors' sizes")
	add("R²", figureOf(m.R2), "share of the variance that is predicted; 1 is all")
	add("Bias", figureOf(m.Bias), "mean of predicted − measured; 0 is good")
	add("Skill", percentOf(m.Skill.Mean), "of the squared error of the training's mean is taken away")
	add("… over the season", percentOf(m.Skill.Season), "the same, of what the calendar alone predicts")
	add("… over the row before", percentOf(m.Skill.Before), "the same, of saying that nothing changes")
	add("Coverage", percentOf(m.Coverage()), "of the rows are within their 95 % interval")
	add("Rows", count(m.Rows), "scored")
	return t
}

// warnings are doubts about the figures.
func (p *Page) warnings() (w []string) {
	m := p.Metrics
	add := func(format string, args ...any) { w = append(w, sentence(format, args...)+".") }
	if left := m.Unscored.Total(); left > 0 {
		add("%s not scored: %v", plural(left, "row was", "rows were"), m.Unscored)
	}
	if m.Reason != "" && m.RMSE != nil {
		add("some figures are not defined: %s", m.Reason)
	}
	if m.Unseen.Cells > 0 {
		add("%s a word that training has not, and count as the average category", plural(m.Unseen.Cells, "cell has", "cells have"))
	}
	var outside, irregular int64
	for _, d := range m.Datasets {
		outside, irregular = outside+d.Outside, irregular+d.Irregular
	}
	if outside > 0 {
		add("%s outside the range of a column in training, where the model extrapolates; the file of predictions says which",
			plural(outside, "row is", "rows are"))
	}
	if irregular > 0 {
		add("%s not one step behind the row before, where lags count rows", plural(irregular, "row is", "rows are"))
	}
	if s := p.Scaler; s != nil {
		var constant []string
		for j, column := range s.FeatureNamesOut {
			if s.Constant(j) {
				constant = append(constant, column)
			}
		}
		if len(constant) > 0 {
			add("constant in training, and ignored: %s", list(constant))
		}
	}
	if s := p.Model; s != nil {
		if len(s.Collinear) > 0 {
			add("follow from other columns, so that their coefficients say nothing alone: %s", list(s.Collinear))
		}
		if s.Clusters.Few() {
			add("the robust standard errors are of %s only, and rough", plural(int64(s.Clusters.N), "cluster", "clusters"))
		}
		if column, factor := s.Wider(); column != "" {
			add("the robust standard error of %s is %.1f times as wide as the classical, which takes rows for "+
				"independent and alike: trust the wider one",
				name(column), factor)
		}
	}
	for _, why := range p.Missing {
		add("%s", why)
	}
	return w
}

// list names a few and counts the others.
func list(names []string) string {
	const most = 8
	text := make([]string, 0, most)
	for _, n := range names[:min(most, len(names))] {
		text = append(text, name(n))
	}
	if more := len(names) - len(text); more > 0 {
		text = append(text, fmt.Sprintf("and %s more", count(int64(more))))
	}
	return strings.Join(text, ", ")
}

// datasets are the files, the worst first.
func (p *Page) datasets(worst []file, l limits) section {
	s := section{Title: "Files, the worst first"}
	t := table{Head: []string{"File", "Rows", "RMSE", "Bias", "R²", "95 % held"}}
	known := slices.ContainsFunc(worst, func(d file) bool { return d.data.NoiseFloor != nil })
	if known {
		t.Head = append(t.Head, "Noise floor", "Excess MSE", "Anomalous rows")
		s.Text = append(s.Text, "These are simulated data, of which the truth is known: the noise floor is the mean "+
			"squared error that no linear model of these columns can go below, the excess is what this one has above it. "+
			"The anomalous rows follow other laws, and raise it.")
	}
	if len(worst) == 1 {
		s.Title = "The file"
	}
	worst = worst[:min(l.datasets, len(worst))]
	var errs, squares []float64 // for their decimals
	for _, d := range worst {
		if d.RMSE != nil {
			errs, squares = append(errs, *d.RMSE, *d.Bias), append(squares, *d.MSE)
		}
	}
	decimal, square := alike(errs...), alike(squares...)
	for _, d := range worst {
		row := []string{name(d.data.Name), count(d.Rows), maybe(d.RMSE, decimal), maybe(d.Bias, decimal), maybe(d.R2, alike(1)),
			percentOf(d.Coverage())}
		if known {
			anomalous := undefined
			if d.data.NoiseFloor != nil {
				anomalous = count(d.data.Anomalous.Residual.N)
			}
			row = append(row, maybe(d.data.NoiseFloor, square), maybe(metrics.Excess(d.MSE, d.data.NoiseFloor), square), anomalous)
		}
		t.Rows = append(t.Rows, row)
	}
	s.Tables = []table{t}
	if more := len(p.Metrics.Datasets) - len(worst); more > 0 {
		s.Text = append(s.Text, sentence("%s not shown, on which it is better; metrics.json has them.",
			plural(int64(more), "file is", "files are")))
	}
	return s
}

// time are the pictures of the worst files that have a time.
func (p *Page) time(worst []file, l limits) section {
	s := section{Title: "Along the time"}
	timed := slices.DeleteFunc(slices.Clone(worst), func(d file) bool { return len(d.data.Timeline.Periods) < 2 })
	for _, d := range timed[:min(l.pictures, len(timed))] {
		s.Figures = append(s.Figures, p.series(d.data))
	}
	switch more := len(timed) - len(s.Figures); {
	case len(timed) == 0:
		s.Text = []string{"No file has scored rows at two times or more: there is nothing to show."}
	case more > 0:
		s.Text = []string{sentence("the %s; %s no picture.", plural(int64(len(s.Figures)), "worst file", "worst files"),
			plural(int64(more), "other has", "others have"))}
	}
	return s
}

// left are the pictures of all rows together: what was predicted, and what is left.
func (p *Page) left() section {
	s := section{Title: "Predicted, measured, and what is left: measured − predicted"}
	if p.Metrics.Rows == 0 {
		s.Text = []string{"No row was scored: there is nothing to show."}
		return s
	}
	d := &p.Metrics.Diagnostics
	if f, ok := p.against(); ok {
		s.Figures = append(s.Figures, f)
	} else {
		s.Text = append(s.Text, "No row is within three deviations of the training's mean: there is nothing to show of "+
			"predicted against measured.")
	}
	if filled(d.Predictions) > 1 {
		s.Figures = append(s.Figures, p.tenths())
	} else {
		s.Text = append(s.Text, "The predictions are all alike: there is nothing to show by their size.")
	}
	switch filled(d.Months) {
	case 0:
		s.Text = append(s.Text, "The rows have no time: there is nothing by month.")
	case 1:
		s.Text = append(s.Text, "The rows are all of one month of the year: there is nothing to compare by month.")
	default:
		s.Figures = append(s.Figures, p.months())
	}
	s.Figures = append(s.Figures, p.histogram())
	if d.Autocorrelation[0] != nil {
		s.Figures = append(s.Figures, p.autocorrelation())
	} else {
		s.Text = append(s.Text, "There are no two rows in a row, or no errors: there is no autocorrelation.")
	}
	if len(p.Metrics.Intervals) > 0 {
		s.Figures = append(s.Figures, p.calibration())
	} else {
		s.Text = append(s.Text, "There are no intervals: training left no error to make them of.")
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

// training is what was known before the test.
func (p *Page) training(l limits) section {
	s := section{Title: "What training said"}
	m := p.Model
	if m == nil {
		s.Text = []string{"The readable form of the model is not here."}
		return s
	}
	if cv := m.CV; cv.MSE == nil {
		s.Text = append(s.Text, sentence("there is no cross-validation: %s.", cv.Reason))
	} else {
		text := fmt.Sprintf("Cross-validation in %d folds foresaw a mean squared error of %s ± %s", cv.Folds, num(*cv.MSE),
			num(*cv.MSEStd))
		if test := p.Metrics.MSE; test != nil {
			verdict := "as foreseen"
			switch {
			case *test > *cv.MSE+*cv.MSEStd:
				verdict = "more than foreseen: the test files are not like the training's, or harder"
			case *test < *cv.MSE-*cv.MSEStd:
				verdict = "less than foreseen: the test files are easier than the training's"
			}
			text += fmt.Sprintf("; here it is %s, %s", num(*test), verdict)
		}
		s.Text = append(s.Text, text+".")
	}
	path := table{Caption: "Penalties that were tried", Head: []string{"alpha", "MSE"}, Folded: true}
	for _, point := range m.CV.Path {
		path.Rows = append(path.Rows, []string{digits(point.Alpha, 4), num(point.MSE)})
	}
	s.Tables = append(s.Tables, path)
	if len(m.Influence) == 0 {
		s.Text = append(s.Text, "There is one training file: none to compare it with.")
		return s
	}
	influence := slices.Clone(m.Influence)
	size := func(d *float64) float64 {
		if d == nil {
			return math.Inf(1)
		}
		return math.Abs(*d)
	}
	slices.SortStableFunc(influence, func(a, b regression.Influence) int {
		return cmp.Compare(size(b.DeltaMSE), size(a.DeltaMSE))
	})
	if first := influence[0]; first.DeltaMSE == nil {
		s.Text = append(s.Text, sentence("without %s the other training files do not determine a model.", name(first.Name)))
	} else {
		effect := "lower"
		if *first.DeltaMSE < 0 {
			effect = "higher"
		}
		s.Text = append(s.Text, sentence("of the training files %s matters most: without it the mean squared error on the "+
			"others would be %s %s.", name(first.Name), num(math.Abs(*first.DeltaMSE)), effect))
	}
	t := table{Caption: "What each training file does to the error on the others", Folded: true,
		Head: []string{"Training file", "Rows", "Adds to the MSE of the others"}}
	for _, d := range influence[:min(l.others, len(influence))] {
		t.Rows = append(t.Rows, []string{name(d.Name), count(d.Rows), figureOf(d.DeltaMSE)})
	}
	t.Caption += others(len(influence), len(t.Rows))
	s.Tables = append(s.Tables, t)
	return s
}

// others says that a table has not all.
func others(all, shown int) string {
	if all == shown {
		return ""
	}
	return fmt.Sprintf(" (%s of %s)", count(int64(shown)), count(int64(all)))
}
