package report

import (
	"fmt"
	"strings"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
)

// provenance says what the figures come from.
func (p *Page) provenance(l limits) section {
	s := section{Title: "Where this comes from"}
	t := table{Head: []string{"What", "Which"}, Words: true}
	add := func(what, which string) { t.Rows = append(t.Rows, []string{what, which}) }
	add("Program", "model_testing "+p.Version)
	m := p.Metrics
	add("Formats", fmt.Sprintf("metrics %d, scaler %d, model summary %d", metrics.Kind.Version,
		scaler.Kind.Version, regression.SummaryKind.Version))
	add("Scaler", m.Scaler)
	add("Model", m.Model)
	var test []span
	for i, d := range m.Datasets {
		test = append(test, span{d.Name, m.Each[i].Rows, d.First, d.Last})
	}
	add("Tested on", overall(test))
	files := []table{spans("Test files", test, l)}
	if d := p.Scaler; d != nil {
		var train []span
		for _, d := range d.Datasets {
			train = append(train, span{d.Name, d.Used, d.First, d.Last})
		}
		add("Scaled by", overall(train))
		files = append(files, spans("Training files", train, l))
		add("Columns of X", count(int64(len(d.FeatureNamesOut))))
		add("A missing feature", string(d.Missing))
	}
	if model := p.Model; model != nil {
		add("Trained on", plural(model.Rows, "row", "rows"))
		add("Penalty alpha", num(model.Alpha))
	}
	s.Tables = append([]table{t}, files...)
	return s
}

// span is a file in a table of them.
type span struct {
	name        string
	rows        int64
	first, last dataset.Time
}

// overall sums up files.
func overall(files []span) string {
	var rows int64
	first, last := dataset.NoTime, dataset.NoTime
	for _, f := range files {
		rows += f.rows
		if f.first != dataset.NoTime && (first == dataset.NoTime || f.first < first) {
			first = f.first
		}
		last = max(last, f.last)
	}
	text := plural(rows, "row", "rows") + " of " + plural(int64(len(files)), "file", "files")
	if last != dataset.NoTime {
		text += fmt.Sprintf(", %s to %s", date(first), date(last))
	}
	return text
}

// date is a time, of which midnight is the day.
func date(t dataset.Time) string { return strings.TrimSuffix(t.String(), "T00:00:00Z") }

// spans is the table of files.
func spans(caption string, files []span, l limits) table {
	t := table{Caption: caption, Head: []string{"File", "Rows used", "First", "Last"}, Folded: true}
	for _, f := range files[:min(l.others, len(files))] {
		t.Rows = append(t.Rows, []string{name(f.name), count(f.rows), date(f.first), date(f.last)})
	}
	t.Caption += others(len(files), len(t.Rows))
	return t
}
