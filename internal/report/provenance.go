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
	t := table{Head: []string{"What", "Which"}, Words: true}
	m := p.Metrics
	t.add("Program", "model_testing "+p.Version)
	t.add("Formats", fmt.Sprintf("metrics %d, scaler %d, model summary %d", metrics.Kind.Version, scaler.Kind.Version,
		regression.SummaryKind.Version))
	t.add("Scaler", m.Scaler)
	t.add("Model", m.Model)
	var tested, trained []dataset.ID
	for i, d := range m.Datasets {
		d.Rows = m.Each[i].Rows
		tested = append(tested, d.ID)
	}
	t.add("Tested on", overall(tested))
	files := []table{spans("Test files", tested, l)}
	if s := p.Scaler; s != nil {
		for _, d := range s.Datasets {
			d.Rows = d.Used
			trained = append(trained, d.ID)
		}
		t.add("Scaled by", overall(trained))
		t.add("Columns of X", count(len(s.FeatureNamesOut)))
		t.add("A missing feature", string(s.Missing))
		files = append(files, spans("Training files", trained, l))
	}
	if model := p.Model; model != nil {
		t.add("Trained on", plural(model.Rows, "row", "rows"))
		t.add("Penalty alpha", num(model.Alpha))
	}
	return section{Title: "Where this comes from", Tables: append([]table{t}, files...)}
}

// overall sums up files, whose Rows are those that were used.
func overall(files []dataset.ID) string {
	var rows int64
	first, last := dataset.NoTime, dataset.NoTime
	for _, f := range files {
		rows += f.Rows
		if f.First != dataset.NoTime && (first == dataset.NoTime || f.First < first) {
			first = f.First
		}
		last = max(last, f.Last)
	}
	text := plural(rows, "row", "rows") + " of " + plural(len(files), "file", "files")
	if last != dataset.NoTime {
		text += fmt.Sprintf(", %s to %s", date(first), date(last))
	}
	return text
}

// date is a time, of which midnight is the day.
func date(t dataset.Time) string { return strings.TrimSuffix(t.String(), "T00:00:00Z") }

// spans is the table of files.
func spans(caption string, files []dataset.ID, l limits) table {
	t := table{Caption: caption, Head: []string{"File", "Rows used", "First", "Last"}, Folded: true}
	for _, f := range files {
		t.add(name(f.Name), count(f.Rows), date(f.First), date(f.Last))
	}
	return t.cut(l.others)
}
