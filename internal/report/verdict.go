package report

import (
	"cmp"
	"fmt"

	"mlpipeline/internal/design"
)

const (
	wellFrom = 0.7 // the skill from which predictions are good, where there is no doubt
	fewRows  = 30  // below which nothing is sure
)

// verdict is the answer in plain words.
func (p *Page) verdict(worst []file) string {
	m, target := p.Metrics, p.target()
	if m.RMSE == nil {
		return fmt.Sprintf("Nothing can be said of the predictions of %s: %s.", target, m.Reason)
	}
	if m.SkillMean == nil {
		return fmt.Sprintf("On %s the model misses %s by %s (root of the mean square); there is nothing to compare "+
			"that with: %s.", plural(m.Rows, "row", "rows"), target, digits(*m.RMSE, 3), m.Reason)
	}
	skill, doubts := *m.SkillMean, m.Doubts()
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
	predicts := fmt.Sprintf("predicts %s %s", target, quality)
	if len(doubts) > 0 && skill >= wellFrom {
		predicts = fmt.Sprintf("does not predict %s well", target)
	}
	text := fmt.Sprintf("The model %s: on %s of %s it is off by %s (root of the mean square), where the "+
		"training's mean alone would be off by %s", predicts, plural(m.Rows, "new row", "new rows"),
		plural(len(m.Datasets), "file", "files"), digits(*m.RMSE, 3), digits(*m.MeanRMSE, 3))
	if m.SeasonRMSE != nil {
		text += fmt.Sprintf(", and the time of the year alone by %s", digits(*m.SeasonRMSE, 3))
	}
	text += "."
	for _, doubt := range doubts {
		text += " " + sentence("%s.", doubt)
	}
	if coverage := m.Coverage; coverage != nil && m.Holds() {
		text += fmt.Sprintf(" Its 95 %% intervals held %s of the rows: %s.", percent(*coverage),
			cmp.Or(m.Judgement(), "as they should"))
	}
	if m.Rows < fewRows {
		text += " So few rows tell little."
	}
	if len(worst) > 1 && worst[0].RMSE != nil {
		text += fmt.Sprintf(" The worst file is %s, off by %s.", name(worst[0].data.Name), digits(*worst[0].RMSE, 3))
	}
	return text
}

// figures are those over all files.
func (p *Page) figures() table {
	m := p.Metrics
	t := table{Head: []string{"Figure", "Value", "What it is"}, Words: true}
	scored := "scored"
	if m.Unscored.Total() > 0 {
		scored += fmt.Sprintf("; not scored: %v", m.Unscored)
	}
	for _, row := range [][]string{
		{"MSE", figureOf(m.MSE), "mean of the squared errors"},
		{"RMSE", figureOf(m.RMSE), "its root, in the unit of " + p.target()},
		{"MAE", figureOf(m.MAE), "mean of the errors' sizes"},
		{"R²", figureOf(m.R2), "share of the variance that is predicted; 1 is all"},
		{"Bias", figureOf(m.Bias), "mean of predicted − measured; 0 is good"},
		{"Skill", percentOf(m.SkillMean), "of the squared error of the training's mean is taken away"},
		{"… over the season", percentOf(m.SkillSeason), "the same, of what the calendar alone predicts"},
		{"… over the row before", percentOf(m.SkillBefore), "the same, of saying that nothing changes"},
		{"Coverage", percentOf(m.Coverage), "of the rows are within their 95 % interval"},
		{"Rows", count(m.Rows), scored},
	} {
		if row[1] != undefined {
			t.add(row...)
		}
	}
	return t
}

// warnings are doubts about the figures, and what the stages before had to say.
func (p *Page) warnings() (w []string) {
	add := func(format string, args ...any) { w = append(w, sentence(format, args...)+".") }
	var columns *design.Design
	if p.Scaler != nil {
		columns = &p.Scaler.Design
	}
	for _, finding := range p.Metrics.Findings(columns) {
		add("%s", finding)
	}
	var found []string // by the stages
	var irregular int64
	for _, d := range p.Metrics.Datasets {
		irregular += d.Irregular
	}
	if column, n := p.outside(); n > 0 {
		add("%s outside the range of %s in training, where the model extrapolates; the file of predictions says more",
			plural(n, "row is", "rows are"), name(column))
	}
	if irregular > 0 {
		add("%s not one step after the row before, where lags count rows", plural(irregular, "row is", "rows are"))
	}
	if s := p.Scaler; s != nil {
		if bends := p.Metrics.Bends(s); bends != "" {
			add("%s", bends)
		}
		found = append(found, s.Findings()...)
		if s.AnnualAuto && s.Annual == 0 {
			add("there are no waves of the year, which no dataset spans with rows of different seasons")
		}
		n := int64(0)
		for _, d := range s.Datasets {
			n += d.Irregular
		}
		if n > 0 {
			add("in training %s not one step after the row before, where lags count rows", plural(n, "row is", "rows are"))
		}
	}
	if s := p.Model; s != nil {
		if c := s.Selection; c != nil && c.Reason != "" {
			add("only the plain terms are in the model, and no penalty was chosen: %s", c.Reason)
		}
		found = append(found, s.Findings()...)
	}
	const most = 20
	for _, finding := range found[:min(most, len(found))] {
		add("%s", finding)
	}
	if more := len(found) - most; more > 0 {
		add("%s", plural(more, "more warning is said by the stages", "more warnings are said by the stages"))
	}
	for _, why := range p.Missing {
		add("%s", why)
	}
	return w
}

// outside returns the column that is most often beyond its numbers in training, and in how many
// rows: of the features and, where lags are of it, the target.
func (p *Page) outside() (column string, most int64) {
	lagged := p.Scaler != nil && len(p.Scaler.Lags) > 0
	for j, c := range p.Metrics.Columns {
		var n int64
		for _, d := range p.Metrics.Datasets {
			if len(d.Cells) > 0 {
				n += d.Cells[j].Outside
			}
		}
		if n > most && (c.At >= 0 || lagged) {
			column, most = c.Name, n
		}
	}
	return column, most
}
